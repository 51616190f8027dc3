// SPDX-License-Identifier: Apache-2.0
// On this very process, which stands for a worker.
#include "run/window_use.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

namespace joulemark::run {
namespace {

/// A process that waits until it is killed.
class Server {
 public:
  Server() : pid_(::fork()) {
    while (pid_ == 0) ::pause();
  }
  ~Server() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

TEST(WorkPlace, IsWhatTheEngineSaysAndElseTheWorker) {
  EXPECT_EQ(work_place_of(R"({"work": "children"})"), WorkPlace::kChildren);
  EXPECT_EQ(work_place_of(R"({"work": "elsewhere"})"), WorkPlace::kElsewhere);
  for (const char* other : {R"({"version": "1"})", R"({"work": 3})", "[]", ""})
    EXPECT_EQ(work_place_of(other), WorkPlace::kWorker) << other;
}

TEST(WindowUse, OfAWorkerHasNoClient) {
  const Resources used = WindowUse("/", ::getpid(), WorkPlace::kWorker).end();
  EXPECT_TRUE(used.minor_faults);
  EXPECT_FALSE(used.facts.contains(WindowFact::kClientCpu));
}

TEST(WindowUse, OfAStartedServerIsTheServersWithTheClientBeside) {
  const Server server;
  const WindowUse use("/", ::getpid(), WorkPlace::kChildren);
  const std::vector<char> pages(std::size_t{64} << 20, 'x');  // the client's
  const Resources used = use.end();
  ASSERT_EQ(pages.back(), 'x');
  ASSERT_TRUE(used.minor_faults);
  EXPECT_LT(*used.minor_faults, 10'000);
  EXPECT_GT(used.facts.at(WindowFact::kClientCpu).value, 0);
}

TEST(WindowUse, OfAServerElsewhereIsAbsent) {
  const Resources used = WindowUse("/", ::getpid(), WorkPlace::kElsewhere).end();
  EXPECT_FALSE(used.cpu_s);
  EXPECT_FALSE(used.peak_rss_bytes);
  EXPECT_FALSE(used.voluntary_switches);
  for (const WindowFact fact : {WindowFact::kForeignCpu, WindowFact::kGroupCpu})
    EXPECT_EQ(used.facts.at(fact), (Observation{std::nullopt, "not_ours"}));
  EXPECT_TRUE(used.facts.at(WindowFact::kClientCpu).value);
}

TEST(WindowUse, OfAServerThatHasNoProcessIsAbsentAndNotZero) {
  const Server childless;
  const Resources used = WindowUse("/", childless.pid(), WorkPlace::kChildren).end();
  EXPECT_FALSE(used.cpu_s);
  EXPECT_FALSE(used.minor_faults);
}

}  // namespace
}  // namespace joulemark::run
