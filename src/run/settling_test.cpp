// SPDX-License-Identifier: Apache-2.0
#include "run/settling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace joulemark::run {
namespace {

constexpr unsigned kTemperature = static_cast<unsigned>(Unsettled::kTemperature);
constexpr unsigned kClocks = static_cast<unsigned>(Unsettled::kClocks);
constexpr unsigned kThrottling = static_cast<unsigned>(Unsettled::kThrottling);

/// Looks at seconds 0, `step`, … `end`; `at` fills in what is seen then.
Settling looks(double end, double step,
               const std::function<void(double, sensors::MachineLook&)>& at) {
  Settling settling;
  for (int i = 0; i * step <= end; ++i) {
    const double t = i * step;
    sensors::MachineLook look{.at = to_nanoseconds(t)};
    at(t, look);
    settling.add(std::move(look));
  }
  return settling;
}

Settling temperatures(double end, double step, const std::function<double(double)>& celsius) {
  return looks(end, step,
               [&](double t, sensors::MachineLook& look) { look.temperature_c = celsius(t); });
}

Settling clocks(const std::function<double(double)>& mhz) {
  return looks(1, 0.1, [&](double t, sensors::MachineLook& look) { look.clocks_mhz = {mhz(t)}; });
}

TEST(Settling, AMachineThatTellsNothingHasSettled) {
  const Settling blind = looks(1, 0.1, [](double, sensors::MachineLook&) {});
  EXPECT_FALSE(blind.has_temperature());
  EXPECT_FALSE(blind.has_clock());
  const Settled settled = blind.judge(Patience::kShort);
  EXPECT_EQ(settled.unsettled, 0U);
  EXPECT_FALSE(settled.c_per_min);
  EXPECT_FALSE(settled.clock_change);
}

TEST(Settling, OfALongWarmUpHalfADegreeAMinuteIsSettled) {
  const auto rising = [](double per_min) {
    return temperatures(40, 3, [=](double t) { return 50 + per_min * t / 60; })
        .judge(Patience::kLong);
  };
  EXPECT_EQ(rising(0.4).unsettled, 0U);
  EXPECT_EQ(rising(0.6).unsettled, kTemperature);
  EXPECT_EQ(rising(-0.6).unsettled, kTemperature) << "cooling is no rest either";
  EXPECT_NEAR(*rising(0.6).c_per_min, 0.6, 1e-9);
}

TEST(Settling, OfALongWarmUpTheLast30SecondsCount) {
  const Settling settled = temperatures(90, 3, [](double t) { return t < 60 ? 40 + t : 100; });
  EXPECT_EQ(settled.judge(Patience::kLong).unsettled, 0U);
  EXPECT_EQ(settled.judge(Patience::kLong).c_per_min, 0);
}

TEST(Settling, AThermometerThatCannotDecideIsNoTrend) {
  const Settling dithering =
      temperatures(30, 3, [](double t) { return 50 + (static_cast<int>(t / 3) % 2); });
  EXPECT_EQ(dithering.judge(Patience::kLong).unsettled, 0U);
}

TEST(Settling, OfAShortWarmUpADegreeInItsLastHalfIsSettled) {
  EXPECT_EQ(temperatures(1, 0.1, [](double t) { return t < 0.45  ? 40.0
                                                       : t < 0.8 ? 55.0
                                                                 : 56.0; })
                .judge(Patience::kShort)
                .unsettled,
            0U);
  EXPECT_EQ(temperatures(1, 0.1, [](double t) { return t < 0.65  ? 54.0
                                                       : t < 0.8 ? 55.0
                                                                 : 56.0; })
                .judge(Patience::kShort)
                .unsettled,
            kTemperature);
}

TEST(Settling, ClocksThatFallByMoreThanAPercentHaveNotSettled) {
  EXPECT_EQ(clocks([](double t) { return 3000 - 20 * t; }).judge(Patience::kShort).unsettled, 0U);
  const Settled falling = clocks([](double t) { return 3000 - 200 * t; }).judge(Patience::kShort);
  EXPECT_EQ(falling.unsettled, kClocks);
  EXPECT_NEAR(*falling.clock_change, -100.0 / 2850, 1e-6) << "over the last half";
}

TEST(Settling, ClocksThatWanderWithoutATrendHaveSettled) {
  constexpr double kMhz[] = {3000, 1200, 2600, 3100, 900, 2200, 2800, 1500, 3300, 1100, 2700};
  EXPECT_EQ(
      clocks([&](double t) { return kMhz[std::lround(t * 10)]; }).judge(Patience::kShort).unsettled,
      0U);
}

TEST(Settling, EachClockCounts) {
  const Settling two = looks(1, 0.1, [](double t, sensors::MachineLook& look) {
    look.clocks_mhz = {3000, t < 0.8 ? 1980 - 100 * t : std::optional<double>()};
  });
  EXPECT_EQ(two.judge(Patience::kShort).unsettled, 0U) << "three looks cannot show a trend";
  const Settling board = looks(1, 0.1, [](double t, sensors::MachineLook& look) {
    look.clocks_mhz = {3000, 1980 - 100 * t};
  });
  EXPECT_EQ(board.judge(Patience::kShort).unsettled, kClocks);
}

TEST(Settling, AThrottleInTheLastHalfIsNew) {
  const auto throttled_at = [](double when) {
    return looks(1, 0.1,
                 [=](double t, sensors::MachineLook& look) { look.throttles = t < when ? 7 : 8; })
        .judge(Patience::kShort)
        .unsettled;
  };
  EXPECT_EQ(throttled_at(0.25), 0U);
  EXPECT_EQ(throttled_at(0.75), kThrottling);
}

TEST(Settling, ABoardThatIsSlowedDownNowHasNotSettled) {
  Settling settling;
  settling.add({.at = 0, .board_is_slowed = true});
  EXPECT_EQ(settling.judge(Patience::kShort).unsettled, kThrottling);
  settling.add({.at = 1});
  EXPECT_EQ(settling.judge(Patience::kShort).unsettled, 0U);
}

TEST(Settling, AVerdictNeedsTimeAndLooks) {
  const auto even = [](double end, double step) {
    return temperatures(end, step, [](double) { return 50; });
  };
  EXPECT_TRUE(even(1, 0.1).has_seen(kNanosecondsPerSecond, Patience::kShort));
  EXPECT_FALSE(even(0.9, 0.1).has_seen(kNanosecondsPerSecond, Patience::kShort));
  EXPECT_FALSE(even(1, 0.25).has_seen(kNanosecondsPerSecond, Patience::kShort)) << "three looks";
  EXPECT_TRUE(even(30, 3).has_seen(kLongPart, Patience::kLong));
  EXPECT_FALSE(even(27, 3).has_seen(kLongPart, Patience::kLong));
}

}  // namespace
}  // namespace joulemark::run
