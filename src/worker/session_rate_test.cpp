// SPDX-License-Identifier: Apache-2.0
// Windows at a fixed rate, asked for over the protocol. On the machine's own clock: only what holds
// however late a sleep ends is expected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "base/arrivals.h"
#include "worker/session.h"
#include "worker/testing/fake_engine.h"

namespace joulemark::worker {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr Nanoseconds kMs = 1'000'000;

class SessionRateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ask({{"type", "open"}, {"plugin", "fake.so"}});
    ask({{"type", "load"}, {"model", "fake:x"}, {"precision", "f32"}});
    ask({{"type", "inputs"}, {"source", "generated"}, {"batch", 2}});
    ask({{"type", "warmup"}, {"min_ns", 0}, {"max_ns", kMs}, {"min_iterations", 1}});
  }
  json ask(const json& request) { return json::parse(session_.answer(request.dump())); }
  json go(const json& more) {
    json request = {{"type", "go"}, {"min_ns", 20 * kMs}, {"min_iterations", 3}};
    request.update(more);
    return ask(request);
  }
  std::vector<Nanoseconds> durations() {
    return ask({{"type", "durations"}})["ns"].get<std::vector<Nanoseconds>>();
  }

  joulemark::testing::FakeEngine engine_;
  Session session_{[](const std::string&) -> Result<const jm_engine_api*> {
    return &joulemark::testing::FakeEngine::api();
  }};
};

TEST_F(SessionRateTest, DoneSaysTheScheduleBack) {
  const std::int64_t before = engine_.runs;
  const json done = go({{"rate", 500.0}, {"arrivals", "poisson"}, {"seed", 9}});
  EXPECT_EQ(done["type"], "done") << done;
  EXPECT_EQ(done["iterations"], 10);
  EXPECT_EQ(engine_.runs - before, 10);
  EXPECT_EQ(done["rate"], 500.0);
  EXPECT_EQ(done["arrivals"], "poisson");
  EXPECT_EQ(done["seed"], 9);
  EXPECT_GE(done["queue_max"], 0);
  EXPECT_GE(done["wake_late_ns"], 0);
  const Nanoseconds window = done["t1_ns"].get<Nanoseconds>() - done["t0_ns"].get<Nanoseconds>();
  EXPECT_GE(window, 20 * kMs);
  EXPECT_LE(done["busy_ns"], window);
  EXPECT_EQ(durations().size(), 10u);
}

TEST_F(SessionRateTest, LatenciesRunFromTheScheduledArrival) {
  engine_.on_run = [] {
    const Nanoseconds end = monotonic_now() + 3 * kMs;
    while (monotonic_now() < end) {
    }
  };
  const json done = go({{"rate", 500.0}, {"arrivals", "uniform"}, {"min_iterations", 12}});
  const auto times = durations();
  ASSERT_EQ(times.size(), 12u);
  // Each takes 3 ms and comes 2 ms after the one before: the queue grows whatever the machine does.
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_GE(times[i], 3 * kMs + static_cast<Nanoseconds>(i) * kMs);
  EXPECT_GE(done["busy_ns"], 36 * kMs);
  EXPECT_GE(done["queue_max"], 3);
}

TEST_F(SessionRateTest, AWindowWithoutARateIsFlatOutAgain) {
  go({{"rate", 500.0}});
  const json done = go({{"min_ns", 0}, {"min_iterations", 40}});
  EXPECT_FALSE(done.contains("rate"));
  EXPECT_FALSE(done.contains("busy_ns"));
  const auto times = durations();
  EXPECT_LE(std::accumulate(times.begin(), times.end(), Nanoseconds{0}),
            done["t1_ns"].get<Nanoseconds>() - done["t0_ns"].get<Nanoseconds>());
}

TEST_F(SessionRateTest, NonsenseIsRefused) {
  const auto message = [&](const json& more) { return go(more).value("message", ""); };
  EXPECT_THAT(message({{"rate", 0}}), HasSubstr("'rate' must be a number above 0"));
  EXPECT_THAT(message({{"rate", "fast"}}), HasSubstr("'rate' must be"));
  EXPECT_THAT(message({{"rate", 5}, {"arrivals", "bursts"}}),
              HasSubstr("'arrivals' must be poisson or uniform"));
  EXPECT_THAT(message({{"rate", 1e12}, {"min_ns", 1000 * kMs}}), HasSubstr("is too long"));
  EXPECT_THAT(message({{"rate", 1e-300}}), HasSubstr("is too long"));
}

TEST_F(SessionRateTest, AFailingCallEndsTheWindow) {
  engine_.run_status = JM_OUT_OF_MEMORY;
  EXPECT_EQ(go({{"rate", 500.0}})["status"], "out_of_memory");
  EXPECT_EQ(ask({{"type", "durations"}})["status"], "invalid_argument");
}

}  // namespace
}  // namespace joulemark::worker
