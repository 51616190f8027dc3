// SPDX-License-Identifier: Apache-2.0
// Real processes: short shell scripts.
#include "child_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

namespace joulemark::http_engine {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kLongest{30};

/// Polls for something that another process does.
bool comes_true(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + kLongest;
  while (!what()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

class AChildServer : public ::testing::Test {
 public:
  AChildServer() : file_(::testing::TempDir() + "child_server_test." + std::to_string(::getpid())) {
    std::filesystem::remove(file_);
  }
  ~AChildServer() override { std::filesystem::remove(file_); }

 protected:
  std::unique_ptr<ChildServer> start(const std::string& command) {
    return std::make_unique<ChildServer>(ServerStart{
        .command = command, .environment = {"OUT=" + file_}, .cpus = {}, .stop_timeout_s = 1});
  }
  /// The process id that the script has written.
  pid_t written_pid() {
    pid_t pid = 0;
    EXPECT_TRUE(comes_true([&] { return static_cast<bool>(std::ifstream(file_) >> pid); }));
    return pid;
  }
  std::string file_;
};

bool is_gone(pid_t pid) {
  return ::kill(pid, 0) != 0;
}

TEST_F(AChildServer, TellsHowItEndedAndItsLastLines) {
  const auto server = start("echo one; echo two >&2; exit 3");
  ASSERT_TRUE(comes_true([&] { return server->ended().has_value(); }));
  EXPECT_EQ(server->ended(), "exited with status 3");
  EXPECT_TRUE(comes_true([&] { return server->last_words() == "; its last lines: one / two"; }));
}

TEST_F(AChildServer, TellsWhichSignalKilledIt) {
  const auto server = start("kill -SEGV $$");
  ASSERT_TRUE(comes_true([&] { return server->ended().has_value(); }));
  EXPECT_THAT(*server->ended(), HasSubstr("signal 11"));
}

TEST_F(AChildServer, EndsWhenItIsAskedTo) {
  auto server =
      start("trap 'echo $$ >$OUT; exit 0' TERM; echo 1 >$OUT; while :; do sleep 0.01; done");
  written_pid();
  server.reset();
  EXPECT_GT(written_pid(), 1);  // what the trap has written
}

TEST_F(AChildServer, IsKilledWhereItDoesNotEnd) {
  auto server = start("trap '' TERM; echo $$ >$OUT; while :; do sleep 0.01; done");
  const pid_t pid = written_pid();
  EXPECT_FALSE(is_gone(pid));
  server.reset();
  EXPECT_TRUE(is_gone(pid));
}

TEST_F(AChildServer, TakesWithItWhatItStartedInAnotherSession) {
  auto server = start("setsid sh -c 'echo $$ >$OUT; exec sleep 1000' & sleep 1000");
  const pid_t pid = written_pid();
  EXPECT_FALSE(is_gone(pid));
  server.reset();
  EXPECT_TRUE(is_gone(pid));
}

}  // namespace
}  // namespace joulemark::http_engine
