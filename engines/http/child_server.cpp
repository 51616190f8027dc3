// SPDX-License-Identifier: Apache-2.0
#include "child_server.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/status.h"

extern char** environ;

namespace joulemark::http_engine {
namespace {

constexpr std::int64_t kKillTime = 5 * kNanosecondsPerSecond;
constexpr long kStepNs = 2'000'000;

void pause_shortly() {
  const timespec step{0, kStepNs};
  ::nanosleep(&step, nullptr);
}

std::string name_of(const std::string& variable) {
  return variable.substr(0, variable.find('=') + 1);
}

/// Ours, with `additions` in the place of what has their names.
std::vector<std::string> merged_environment(const std::vector<std::string>& additions) {
  std::vector<std::string> all = additions;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const bool replaced = std::any_of(additions.begin(), additions.end(), [&](const auto& added) {
      return name_of(added) == name_of(text);
    });
    if (!replaced) all.push_back(text);
  }
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Everything that the child needs between fork and exec, where nothing may be allocated.
struct ChildSetup {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int output = -1;
  pid_t parent = 0;
  const OwnGroup& group;
};

[[noreturn]] void become_server(const ChildSetup& setup) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != setup.parent) ::_exit(127);
  setup.group.join();
  ::signal(SIGPIPE, SIG_DFL);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(setup.output, 1);
  ::dup2(setup.output, 2);
  ::execve(setup.arguments[0], setup.arguments.data(), setup.environment.data());
  ::_exit(127);
}

/// The children of all threads of this process.
std::vector<pid_t> children() {
  std::vector<pid_t> all;
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir("/proc/self/task"), ::closedir);
  while (const dirent* task = tasks ? ::readdir(tasks.get()) : nullptr) {
    std::ifstream list("/proc/self/task/" + std::string(task->d_name) + "/children");
    for (pid_t child = 0; list >> child;) all.push_back(child);
  }
  return all;
}

std::string words_for(int status) {
  if (!WIFSIGNALED(status)) return "exited with status " + std::to_string(WEXITSTATUS(status));
  const char* sentence = sigdescr_np(WTERMSIG(status));
  return "was killed by signal " + std::to_string(WTERMSIG(status)) +
         (sentence == nullptr ? "" : " (" + std::string(sentence) + ")");
}

}  // namespace

ChildServer::ChildServer(const ServerStart& start) : stop_timeout_s_(start.stop_timeout_s) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::vector<std::string> arguments = {"/bin/sh", "-c", start.command};
  std::vector<std::string> environment = merged_environment(start.environment);
  const ChildSetup setup{.arguments = pointers_to(arguments),
                         .environment = pointers_to(environment),
                         .output = output_.write_end(),
                         .parent = ::getpid(),
                         .group = group_};
  const plugin::WideAffinity wide(start.cpus);
  pid_ = ::fork();
  if (pid_ == 0) become_server(setup);
  if (pid_ < 0)
    plugin::fail(JM_FAILED,
                 "cannot start the server: no process can be made: " + errno_text(errno));
  ::setpgid(pid_, pid_);  // also here: a kill of the group may come before the child has run
  output_.start();
}

ChildServer::~ChildServer() {
  ::kill(-pid_, SIGTERM);
  wait_for_end(stop_timeout_s_ * kNanosecondsPerSecond);
  kill_descendants();
  output_.stop();
}

void ChildServer::reap() {
  int status = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0)
    if (pid == pid_) status_ = status;
}

void ChildServer::wait_for_end(Nanoseconds longest) {
  const Nanoseconds deadline = monotonic_now() + longest;
  for (reap(); !status_; reap()) {
    if (monotonic_now() >= deadline) return;
    pause_shortly();
  }
}

/// Those that left the process group too: killing one may give us those that it had started.
void ChildServer::kill_descendants() {
  if (!status_) ::kill(-pid_, SIGKILL);
  const Nanoseconds deadline = monotonic_now() + kKillTime;
  for (;;) {
    reap();
    const auto left = children();
    if (left.empty() || monotonic_now() >= deadline) return;
    for (const pid_t pid : left) ::kill(pid, SIGKILL);
    pause_shortly();
  }
}

std::optional<std::string> ChildServer::ended() {
  reap();
  if (!status_) return std::nullopt;
  return words_for(*status_);
}

}  // namespace joulemark::http_engine
