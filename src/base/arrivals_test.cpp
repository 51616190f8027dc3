// SPDX-License-Identifier: Apache-2.0
#include "base/arrivals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace joulemark {
namespace {

constexpr Nanoseconds kSecond = kNanosecondsPerSecond;

std::vector<double> gaps_of(const std::vector<Nanoseconds>& times) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < times.size(); ++i)
    gaps.push_back(to_seconds(times[i] - times[i - 1]));
  return gaps;
}

TEST(RequestCount, IsTheRateTimesTheTime) {
  EXPECT_EQ(request_count(5, {.min_ns = 2 * kSecond}), 10);
  EXPECT_EQ(request_count(0.1, {.min_ns = 10 * kSecond}), 1);
  EXPECT_EQ(request_count(5, {.min_ns = 2 * kSecond + kSecond / 10}), 11) << "never too few";
  EXPECT_EQ(request_count(0.1, {.min_ns = 0, .min_requests = 0}), 1);
}

TEST(RequestCount, HoldsTheLeastAndWholePasses) {
  EXPECT_EQ(request_count(5, {.min_ns = kSecond, .min_requests = 30}), 30);
  EXPECT_EQ(request_count(5, {.min_ns = kSecond, .min_requests = 30, .in_a_pass = 7}), 35);
  EXPECT_GT(request_count(1e300, {.min_ns = 3600 * kSecond}), kMostArrivals);
}

TEST(RequestCount, ASchedulesSizeAndLengthAreBounded) {
  EXPECT_TRUE(is_possible_schedule(1e6, kMostArrivals));
  EXPECT_FALSE(is_possible_schedule(1e6, kMostArrivals + 1));
  EXPECT_TRUE(is_possible_schedule(1, 86400));
  EXPECT_FALSE(is_possible_schedule(1, 86401));
  EXPECT_FALSE(is_possible_schedule(1e-300, 1));
}

TEST(ArrivalTimes, TheOfferedRateIsExact) {
  EXPECT_EQ(schedule_length(5, 30), 6 * kSecond);
}

TEST(ArrivalTimes, UniformOnesLieInTheMiddleOfEqualParts) {
  const auto times = arrival_times({.rate = 10, .kind = ArrivalKind::kUniform}, 4);
  const std::vector<Nanoseconds> expected = {50'000'000, 150'000'000, 250'000'000, 350'000'000};
  EXPECT_EQ(times, expected);
}

TEST(ArrivalTimes, TheSeedAloneDecides) {
  const Arrivals arrivals{.rate = 100, .seed = 7};
  EXPECT_EQ(arrival_times(arrivals, 50), arrival_times(arrivals, 50));
  EXPECT_NE(arrival_times(arrivals, 50), arrival_times({.rate = 100, .seed = 8}, 50));
}

TEST(ArrivalTimes, AreTheSameOnEveryMachineAndInEveryWorker) {
  const std::vector<Nanoseconds> expected = {249857, 848488, 1114846, 3432121};
  EXPECT_EQ(arrival_times({.rate = 1000, .seed = 7}, 4), expected);
}

TEST(ArrivalTimes, PoissonOnesAscendWithinTheSchedule) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto times = arrival_times({.rate = 1000, .seed = seed}, 20);
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
    EXPECT_GE(times.front(), 0);
    EXPECT_LT(times.back(), schedule_length(1000, 20));
  }
}

TEST(ArrivalTimes, PoissonGapsAreExponential) {
  const auto gaps = gaps_of(arrival_times({.rate = 10, .seed = 3}, 100'000));
  double mean = 0;
  for (const double gap : gaps) mean += gap / static_cast<double>(gaps.size());
  EXPECT_NEAR(mean, 0.1, 1e-3);
  double square = 0;
  for (const double gap : gaps)
    square += (gap - mean) * (gap - mean) / static_cast<double>(gaps.size());
  EXPECT_NEAR(std::sqrt(square), mean, 0.02 * mean) << "as much as their mean";
  const auto longer = std::count_if(gaps.begin(), gaps.end(), [](double gap) { return gap > 0.2; });
  EXPECT_NEAR(static_cast<double>(longer) / static_cast<double>(gaps.size()), std::exp(-2), 5e-3);
}

TEST(ArrivalSeed, DependsOnTheBlockAndTheExperimentAlone) {
  EXPECT_EQ(arrival_seed(1, 0), arrival_seed(1, 0));
  EXPECT_NE(arrival_seed(1, 0), arrival_seed(1, 1));
  EXPECT_NE(arrival_seed(1, 0), arrival_seed(2, 0));
  EXPECT_LE(arrival_seed(1, 0), std::uint64_t{1} << 63) << "fits a signed integer";
}

TEST(ArrivalKinds, HaveTheirNames) {
  for (const ArrivalKind kind : {ArrivalKind::kPoisson, ArrivalKind::kUniform})
    EXPECT_EQ(arrival_kind(to_string(kind)), kind);
}

}  // namespace
}  // namespace joulemark
