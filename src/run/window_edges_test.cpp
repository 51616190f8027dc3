// SPDX-License-Identifier: Apache-2.0
#include "run/window_edges.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "joulemark/window_mismatch.h"
#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr Nanoseconds kMs = 1'000'000;

/// A window of `window_ms`, with as much before and behind it.
std::optional<Caveat> mismatch(std::int64_t before_ms, std::int64_t window_ms,
                               std::int64_t behind_ms) {
  const Nanoseconds sent = kNanosecondsPerSecond;
  const Nanoseconds t0 = sent + before_ms * kMs;
  const Nanoseconds t1 = t0 + window_ms * kMs;
  return window_mismatch({.t0_ns = t0, .t1_ns = t1, .iterations = 1},
                         {.sent_ns = sent, .received_ns = t1 + behind_ms * kMs});
}

TEST(WindowEdges, WhatAKernelTakesToHandOverIsNoMismatch) {
  EXPECT_FALSE(mismatch(0, 1000, 0));
  EXPECT_FALSE(mismatch(30, 50, 70));
  EXPECT_FALSE(mismatch(100, 10'000, 100));
}

TEST(WindowEdges, WhatLiesOutsideOfAWindowIsNamed) {
  for (const auto& [before, behind] : {std::pair{200, 0}, {0, 200}, {100, 100}}) {
    const auto found = mismatch(before, 1000, behind);
    ASSERT_TRUE(found) << before;
    EXPECT_EQ(found->code, kWindowMismatch);
    EXPECT_THAT(found->message, HasSubstr("lasted 1 s by its own account, and 1.2 s lie"));
  }
}

class Windows : public Orchestrator {
 protected:
  void SetUp() override {
    Orchestrator::SetUp();
    experiment_.factors.engine = {"a"};
    experiment_.protocol.repetitions = 1;
    experiment_.protocol.duration_s = 0.5;
  }
  /// A worker that works for `true_ms` and says that it was `said_ms`.
  TrialRecord run_with(std::int64_t true_ms, std::int64_t said_ms) {
    when("a", "go", [this, true_ms, said_ms](const json&, Conversation& worker) {
      const Nanoseconds t0 = clock_.now();
      clock_.advance(true_ms * kMs);
      worker.iterations = said_ms;
      return reply_line({{"type", "done"},
                         {"t0_ns", t0},
                         {"t1_ns", t0 + said_ms * kMs},
                         {"iterations", said_ms}});
    });
    EXPECT_TRUE(run());
    return stored().back();
  }
};

TEST_F(Windows, AWorkerThatWorksLongerThanItsWindowIsMarked) {
  const TrialRecord trial = run_with(5000, 600);
  ASSERT_EQ(trial.status, TrialStatus::kOk) << trial.reason;
  ASSERT_EQ(trial.invalid.size(), 1U);
  EXPECT_EQ(trial.invalid[0].code, kWindowMismatch);
}

TEST_F(Windows, AnHonestWorkerIsNot) {
  EXPECT_TRUE(run_with(600, 600).invalid.empty());
}

TEST_F(Windows, AShorterWindowThanWasAskedForIsNonsense) {
  const TrialRecord trial = run_with(600, 300);
  EXPECT_EQ(trial.status, TrialStatus::kFailed);
  EXPECT_THAT(trial.reason, HasSubstr("shorter than the 500000000 ns"));
}

}  // namespace
}  // namespace joulemark::run
