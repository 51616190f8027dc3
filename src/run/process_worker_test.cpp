// SPDX-License-Identifier: Apache-2.0
// Tests of real processes; the worker is /bin/sh.
#include "run/process_worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

namespace joulemark::run {
namespace {

using testing::HasSubstr;

const std::atomic<bool> kNeverStop{false};

Nanoseconds seconds_from_now(double seconds) {
  return monotonic_now() + to_nanoseconds(seconds);
}

WorkerCommand shell(const std::string& script) {
  WorkerCommand command;
  command.program = "/bin/sh";
  command.arguments = {"-c", script, "worker"};
  return command;
}

std::unique_ptr<WorkerProcess> start(const WorkerCommand& command) {
  ProcessWorkerRunner runner("/bin/false");
  auto worker = runner.start(command);
  EXPECT_TRUE(worker) << worker.error().message;
  return worker ? *std::move(worker) : nullptr;
}

std::string line_of(WorkerProcess& worker) {
  const auto received = worker.receive({.deadline = seconds_from_now(30), .stop = kNeverStop});
  const auto* line = std::get_if<Line>(&received);
  return line != nullptr ? line->text : fmt::format("no line but outcome {}", received.index());
}

/// Gone, or a zombie that only its own parent can reap.
bool is_dead(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string stat;
  std::getline(file, stat);
  const std::size_t state = stat.rfind(") ");
  return state == std::string::npos || stat[state + 2] == 'Z' || stat[state + 2] == 'X';
}

bool dies_soon(pid_t pid) {
  const Nanoseconds deadline = seconds_from_now(20);
  while (!is_dead(pid) && monotonic_now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return is_dead(pid);
}

TEST(ProcessWorker, ExchangesLines) {
  const auto worker =
      start(shell("echo \"$1 $2\" >&3; read line <&3; echo \"got $line\" >&3; exit 3"));
  EXPECT_EQ(line_of(*worker), "--protocol-fd 3");
  EXPECT_TRUE(std::holds_alternative<Line>(worker->send("hello there", seconds_from_now(30))));
  EXPECT_EQ(line_of(*worker), "got hello there");
  EXPECT_EQ(describe(worker->wait(seconds_from_now(30))), "exited with status 3");
}

TEST(ProcessWorker, TellsTheSignalThatKilledIt) {
  const auto worker = start(shell("kill -SEGV $$"));
  EXPECT_TRUE(std::holds_alternative<Closed>(
      worker->receive({.deadline = seconds_from_now(30), .stop = kNeverStop})));
  EXPECT_EQ(describe(worker->wait(seconds_from_now(30))), "killed by SIGSEGV (segmentation fault)");
}

TEST(ProcessWorker, StillRunningAfterADeadline) {
  const auto worker = start(shell("read line <&3"));
  EXPECT_TRUE(std::holds_alternative<TimedOut>(
      worker->receive({.deadline = seconds_from_now(0.01), .stop = kNeverStop})));
  EXPECT_TRUE(std::holds_alternative<StillRunning>(worker->wait(monotonic_now())));
}

TEST(ProcessWorker, OutputNeverBlocksIt) {
  const auto worker =
      start(shell("i=0; while [ $i -lt 40000 ]; do echo \"this is line number $i of a long "
                  "output\"; i=$((i+1)); done; "
                  "echo trouble >&2; echo done >&3"));
  EXPECT_EQ(line_of(*worker), "done");
  EXPECT_THAT(worker->output_tail(), HasSubstr("number 39999 of"));
  EXPECT_THAT(worker->output_tail(), HasSubstr("trouble\n"));
  EXPECT_THAT(worker->output_tail(), testing::Not(HasSubstr("number 39000 of")));
}

std::atomic<bool> stop_requested{false};

TEST(ProcessWorker, ASignalEndsTheWait) {
  stop_requested = false;
  struct sigaction handler {};
  struct sigaction before {};
  handler.sa_handler = [](int) { stop_requested = true; };
  sigaction(SIGTERM, &handler, &before);
  const auto worker = start(shell("read line <&3"));
  std::thread killer([main = pthread_self()] { pthread_kill(main, SIGTERM); });
  const auto received = worker->receive({.deadline = seconds_from_now(30), .stop = stop_requested});
  killer.join();
  sigaction(SIGTERM, &before, nullptr);
  EXPECT_TRUE(std::holds_alternative<Interrupted>(received));
}

TEST(ProcessWorker, AFlagOfAnotherThreadIsSeenWhenAskedFor) {
  std::atomic<bool> stop{false};
  const auto worker = start(shell("read line <&3"));
  std::thread setter([&] { stop = true; });
  const auto received =
      worker->receive({.deadline = seconds_from_now(30), .stop = stop, .recheck_ns = 1'000'000});
  setter.join();
  EXPECT_TRUE(std::holds_alternative<Interrupted>(received));
}

TEST(ProcessWorker, KillEndsWhatItStarted) {
  const auto worker = start(shell("sleep 1000 & echo $! >&3; wait"));
  const pid_t grandchild = std::stoi(line_of(*worker));
  EXPECT_FALSE(is_dead(grandchild));
  worker->kill();
  EXPECT_EQ(describe(worker->wait(seconds_from_now(30))), "killed by SIGKILL (killed)");
  EXPECT_TRUE(dies_soon(grandchild));
}

TEST(ProcessWorker, ItsEndAlsoEndsWhatItStarted) {
  const auto worker = start(shell("sleep 1000 & echo $! >&3; exit 0"));
  const pid_t grandchild = std::stoi(line_of(*worker));
  EXPECT_TRUE(std::holds_alternative<Closed>(
      worker->receive({.deadline = seconds_from_now(30), .stop = kNeverStop})))
      << "the process it started holds the socket open";
  EXPECT_EQ(describe(worker->wait(seconds_from_now(30))), "exited with status 0");
  EXPECT_TRUE(dies_soon(grandchild));
}

TEST(ProcessWorker, DestructionLeavesNoProcessAndNoZombie) {
  auto worker = start(shell("read line <&3"));
  const pid_t pid = worker->pid();
  worker.reset();
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ProcessWorker, InheritsNoDescriptorOfOurs) {
  constexpr int kOurs = 57;  // without close-on-exec
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::dup2(null, kOurs), kOurs);
  ::close(null);
  const auto worker = start(shell(
      "for fd in 3 57; do [ -e /proc/$$/fd/$fd ] && seen=\"$seen $fd\"; done; echo $seen >&3"));
  EXPECT_EQ(line_of(*worker), "3");
  ::close(kOurs);
}

TEST(ProcessWorker, WritingToADeadWorkerRaisesNoSignal) {
  const auto worker = start(shell("exit 0"));
  worker->wait(seconds_from_now(30));
  EXPECT_TRUE(std::holds_alternative<Closed>(worker->send("anyone?", seconds_from_now(30))));
}

TEST(ProcessWorker, RunsOnTheCpusThatAreAskedFor) {
  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  int last = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed)) last = cpu;
  WorkerCommand command = shell("grep Cpus_allowed_list: /proc/self/status >&3");
  command.cpus = {last};
  EXPECT_EQ(line_of(*start(command)), fmt::format("Cpus_allowed_list:\t{}", last));
}

TEST(ProcessWorker, EnvironmentIsOursWithTheAdditions) {
  WorkerCommand command = shell("echo \"$JOULEMARK_TEST_SETTING in ${PATH:+a path}\" >&3");
  command.environment = {{"JOULEMARK_TEST_SETTING", "set"}};
  EXPECT_EQ(line_of(*start(command)), "set in a path");
}

TEST(ProcessWorker, SaysWhichProgramCannotBeStarted) {
  ProcessWorkerRunner runner("/nowhere/joulemark-worker");
  const auto worker = runner.start({});
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(worker.error().message,
              HasSubstr("cannot start worker '/nowhere/joulemark-worker': No such file"));
}

/// Starts a worker, reports its pid, and is killed in the way that cannot be handled.
[[noreturn]] void be_a_parent_that_is_killed(int report_fd) {
  ProcessWorkerRunner runner("/bin/false");
  const auto worker = runner.start(shell("echo ready >&3; sleep 1000"));
  if (!worker) ::_exit(1);
  line_of(**worker);
  const pid_t pid = (*worker)->pid();
  if (::write(report_fd, &pid, sizeof pid) != sizeof pid) ::_exit(1);
  ::kill(::getpid(), SIGKILL);
  ::_exit(1);
}

TEST(ProcessWorker, DiesWithUsHoweverWeDie) {
  int report[2];
  ASSERT_EQ(::pipe(report), 0);
  const pid_t parent = ::fork();
  if (parent == 0) be_a_parent_that_is_killed(report[1]);
  int status = 0;
  ASSERT_EQ(::waitpid(parent, &status, 0), parent);
  ASSERT_TRUE(WIFSIGNALED(status));
  pid_t worker = 0;
  ASSERT_EQ(::read(report[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  EXPECT_TRUE(dies_soon(worker));
  ::close(report[0]);
  ::close(report[1]);
}

TEST(DefaultWorkerProgram, StandsBesideOurOwnExecutableUnlessNamed) {
  ::unsetenv("JOULEMARK_WORKER");
  EXPECT_EQ(default_worker_program().filename(), "joulemark-worker");
  EXPECT_EQ(default_worker_program().parent_path(),
            std::filesystem::read_symlink("/proc/self/exe").parent_path());
  ::setenv("JOULEMARK_WORKER", "/opt/other/worker", 1);
  EXPECT_EQ(default_worker_program(), "/opt/other/worker");
  ::unsetenv("JOULEMARK_WORKER");
}

}  // namespace
}  // namespace joulemark::run
