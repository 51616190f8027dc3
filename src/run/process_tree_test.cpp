// SPDX-License-Identifier: Apache-2.0
// Tests of what a worker starts and leaves behind; workers are /bin/sh.
#include "run/process_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "run/process_worker.h"

namespace joulemark::run {
namespace {

const std::atomic<bool> kNeverStop{false};

Nanoseconds seconds_from_now(double seconds) {
  return monotonic_now() + to_nanoseconds(seconds);
}

std::unique_ptr<WorkerProcess> start(const std::string& script) {
  ProcessWorkerRunner runner("/bin/false");
  auto worker = runner.start({.program = "/bin/sh", .arguments = {"-c", script, "worker"}});
  EXPECT_TRUE(worker) << worker.error().message;
  return worker ? *std::move(worker) : nullptr;
}

/// The number that the worker writes first.
pid_t number_of(WorkerProcess& worker) {
  const auto received = worker.receive({.deadline = seconds_from_now(30), .stop = kNeverStop});
  const auto* line = std::get_if<Line>(&received);
  EXPECT_TRUE(line != nullptr);
  return line != nullptr ? std::stoi(line->text) : 0;
}

/// State and parent as /proc/PID/stat gives them, "S 12 …"; "" where there is no such process.
std::string state_and_parent(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string stat;
  std::getline(file, stat);
  const std::size_t name_end = stat.rfind(") ");
  return name_end == std::string::npos ? "" : stat.substr(name_end + 2);
}

/// Gone, or a zombie that only its own parent can reap.
bool is_dead(pid_t pid) {
  const std::string state = state_and_parent(pid);
  return state.empty() || state[0] == 'Z' || state[0] == 'X';
}

/// Returns when its parent has ended, and we are given it.
void wait_until_ours(pid_t pid) {
  const Nanoseconds deadline = seconds_from_now(20);
  const std::string parent = fmt::format(" {} ", ::getpid());
  while (state_and_parent(pid).find(parent, 1) != 1) {
    ASSERT_LT(monotonic_now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

bool dies_soon(pid_t pid) {
  const Nanoseconds deadline = seconds_from_now(20);
  while (!is_dead(pid) && monotonic_now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return is_dead(pid);
}

/// A helper that left its group and session, and whose parent is gone.
constexpr const char* kDaemon = "setsid sh -c 'echo $$ >&3; exec sleep 1000' & ";

TEST(ProcessTree, WhatLeftGroupSessionAndParentEndsWithTheWorker) {
  const auto worker = start(std::string("( ") + kDaemon + ") ; read line <&3");
  const pid_t daemon = number_of(*worker);
  wait_until_ours(daemon);
  EXPECT_FALSE(is_dead(daemon));
  const Remains remains = worker->end(seconds_from_now(20));
  EXPECT_EQ(remains.processes, 1);
  EXPECT_FALSE(remains.lives);
  EXPECT_TRUE(is_dead(daemon));
}

// The daemon is given to us while its parent, which is killed with the worker, is ending.
TEST(ProcessTree, WhatLosesItsParentWithTheWorkerEndsToo) {
  for (int round = 0; round < 20; ++round) {
    const auto worker = start(std::string("( ") + kDaemon + "wait ) & read line <&3");
    const pid_t daemon = number_of(*worker);
    const Remains remains = worker->end(seconds_from_now(20));
    EXPECT_EQ(remains.processes, 2);
    EXPECT_FALSE(remains.lives);
    EXPECT_TRUE(is_dead(daemon));
  }
}

TEST(ProcessTree, WhatAWorkerLeavesInItsGroupIsCountedToo) {
  const auto worker = start("sleep 1000 & sleep 1000 & echo $! >&3; exit 0");
  number_of(*worker);
  worker->wait(seconds_from_now(20));
  EXPECT_EQ(worker->end(seconds_from_now(20)).processes, 2);
}

TEST(ProcessTree, AWorkerThatEndsWithItsChildrenLeavesNothing) {
  const auto worker = start("sleep 0 & wait; exit 0");
  worker->wait(seconds_from_now(20));
  const Remains remains = worker->end(seconds_from_now(20));
  EXPECT_EQ(remains.processes, 0);
  EXPECT_FALSE(remains.lives);
}

TEST(ProcessTree, AWorkerThatStopsItselfAndIgnoresSignalsIsKilled) {
  const auto worker = start("trap '' TERM INT HUP; echo $$ >&3; kill -STOP $$");
  number_of(*worker);
  EXPECT_FALSE(worker->end(seconds_from_now(20)).lives);
  EXPECT_TRUE(is_dead(worker->pid()));
}

TEST(ProcessTree, OneWorkersEndLeavesAnothersProcessesAlone) {
  const auto one = start(std::string("( ") + kDaemon + ") ; read line <&3");
  const auto other = start(std::string("( ") + kDaemon + ") ; read line <&3");
  const pid_t ours = number_of(*one);
  const pid_t theirs = number_of(*other);
  one->end(seconds_from_now(20));
  EXPECT_TRUE(is_dead(ours));
  EXPECT_FALSE(is_dead(theirs));
}

TEST(ProcessTree, OnlyTheExactMarkCounts) {
  const std::string mark = new_mark();
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv(kMarkVariable, (mark + "0").c_str(), 1);
    ::execl("/bin/sleep", "sleep", "1000", nullptr);
    ::_exit(1);
  }
  EXPECT_TRUE(kill_marked_processes(mark, 0));
  EXPECT_FALSE(is_dead(child));
  while (marked_processes(mark + "0").empty()) std::this_thread::yield();
  EXPECT_TRUE(kill_marked_processes(mark + "0", 20));
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

/// Starts a worker whose daemon outlives it, tells the daemon's number, and is killed.
[[noreturn]] void be_a_parent_that_is_killed(int report_fd) {
  const auto worker = start(std::string("( ") + kDaemon + ") ; read line <&3");
  if (!worker) ::_exit(1);
  const pid_t daemon = number_of(*worker);
  if (::write(report_fd, &daemon, sizeof daemon) != sizeof daemon) ::_exit(1);
  ::kill(::getpid(), SIGKILL);
  ::_exit(1);
}

TEST(Guardian, KillsWhatLeftTheWorkersGroupWhenWeAreKilled) {
  int report[2];
  ASSERT_EQ(::pipe(report), 0);
  const pid_t parent = ::fork();
  if (parent == 0) be_a_parent_that_is_killed(report[1]);
  int status = 0;
  ASSERT_EQ(::waitpid(parent, &status, 0), parent);
  ASSERT_TRUE(WIFSIGNALED(status));
  pid_t daemon = 0;
  ASSERT_EQ(::read(report[0], &daemon, sizeof daemon), static_cast<ssize_t>(sizeof daemon));
  ASSERT_TRUE(dies_soon(daemon));
  while (::waitpid(-1, nullptr, 0) > 0) {  // all of them were given to us
  }
  ::close(report[0]);
  ::close(report[1]);
}

TEST(Guardian, IsGoneWhenItsWorkerIs) {
  start("read line <&3").reset();
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace joulemark::run
