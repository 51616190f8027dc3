// SPDX-License-Identifier: Apache-2.0
#include "load/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace joulemark::load {
namespace {

Schedule at_rate(const RateOptions& options) {
  auto schedule = schedule_at_rate(options);
  EXPECT_TRUE(schedule) << schedule.error().message;
  return *std::move(schedule);
}

std::vector<Nanoseconds> times(const Schedule& schedule) {
  std::vector<Nanoseconds> out;
  for (const Arrival& arrival : schedule.arrivals) out.push_back(arrival.at);
  return out;
}

TEST(LoadSchedule, TheWindowHoldsExactlyTheRate) {
  for (const auto kind : {ArrivalKind::kPoisson, ArrivalKind::kUniform}) {
    const auto schedule = at_rate(
        {.arrivals = {.rate = 50, .kind = kind, .seed = 3}, .warmup_s = 1, .duration_s = 4});
    EXPECT_EQ(schedule.warmup, kNanosecondsPerSecond);
    EXPECT_EQ(schedule.length, 5 * kNanosecondsPerSecond);
    const auto all = times(schedule);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_EQ(std::count_if(all.begin(), all.end(),
                            [&](Nanoseconds at) { return at >= schedule.warmup; }),
              200);
    EXPECT_EQ(all.size(), 250U);
  }
}

TEST(LoadSchedule, TheSeedDecidesAndWarmUpIsDrawnApart) {
  const RateOptions options{.arrivals = {.rate = 20, .kind = ArrivalKind::kPoisson, .seed = 3},
                            .warmup_s = 1,
                            .duration_s = 1};
  const auto all = times(at_rate(options));
  EXPECT_EQ(all, times(at_rate(options)));
  auto other = options;
  other.arrivals.seed = 4;
  EXPECT_NE(all, times(at_rate(other)));
  EXPECT_NE(all[20] - kNanosecondsPerSecond, all[0]);
}

TEST(LoadSchedule, RequestsMayBeCountedInstead) {
  const auto schedule =
      at_rate({.arrivals = {.rate = 20, .kind = ArrivalKind::kUniform, .seed = 1}, .requests = 30});
  EXPECT_EQ(schedule.arrivals.size(), 30U);
  EXPECT_EQ(schedule.length, 1'500'000'000);
}

TEST(LoadSchedule, OneThatIsTooLargeIsRefused) {
  const auto schedule = schedule_at_rate(
      {.arrivals = {.rate = 1e6, .kind = ArrivalKind::kUniform, .seed = 1}, .duration_s = 1000});
  ASSERT_FALSE(schedule);
  EXPECT_EQ(schedule.error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace joulemark::load
