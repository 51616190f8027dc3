// SPDX-License-Identifier: Apache-2.0
// What a user may say of a sensor, and what is refused.
#include "base/calibration.h"

#include <gmock/gmock.h>

namespace joulemark {
namespace {

using testing::HasSubstr;

TEST(Calibration, HasASensorAGainAndItsUncertainty) {
  const Calibration expected{.sensor = "perf", .gain = 1.013, .relative_u = 0.008};
  EXPECT_EQ(parse_calibration("perf=1.013±0.008").value(), expected);
  EXPECT_EQ(parse_calibration("perf=1.013+-0.008").value(), expected);
  EXPECT_EQ(parse_calibration("meter=2±0").value().gain, 2);
  EXPECT_EQ(parse_calibration("meter=0.5±1").value().gain, 0.5);
}

TEST(Calibration, WhatIsNoneIsRefusedWithAnExample) {
  for (const char* text : {"",
                           "perf",
                           "perf=",
                           "=1±0.1",
                           "perf=1",
                           "perf=1±",
                           "perf=±0.1",
                           "perf=1±0.1%",
                           "perf=a±b",
                           "perf=0.49±0.1",
                           "perf=2.01±0.1",
                           "perf=nan±0.1",
                           "perf=1±nan",
                           "perf=inf±0.1",
                           "perf=1±-0.1",
                           "perf=1±1.1",
                           "perf=-1±0.1",
                           "perf=1 ±0.1",
                           "perf=1±0.1±0.2",
                           "perf:=1±0.1",
                           ":wall=1±0.1",
                           ":=1±0.1",
                           "perf=1e999±0.1"}) {
    const auto parsed = parse_calibration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(parsed.error().message, HasSubstr("like perf=1.013±0.008")) << text;
  }
}

TEST(Calibration, MayBeOfOneScopeOfASensor) {
  const Calibration expected{
      .sensor = "meter", .gain = 1.01, .relative_u = 0.002, .scope = "wall-1"};
  EXPECT_EQ(parse_calibration("meter:wall-1=1.01±0.002").value(), expected);
  EXPECT_EQ(expected.name(), "meter:wall-1");
  EXPECT_EQ(parse_calibrations({"meter=1±0.1", "meter:wall=1±0.1"}).value().size(), 2U);
  EXPECT_THAT(parse_calibrations({"nvml:gpu-0=1±0.1", "nvml:gpu-0=1±0.2"}).error().message,
              HasSubstr("names the sensor 'nvml:gpu-0' twice"));
}

TEST(Calibration, ASensorHasOne) {
  EXPECT_EQ(parse_calibrations({"perf=1±0.1", "nvml=1.1±0.1"}).value().size(), 2U);
  EXPECT_EQ(parse_calibrations({}).value().size(), 0U);
  EXPECT_THAT(parse_calibrations({"perf=1±0.1", "perf=1.1±0.1"}).error().message,
              HasSubstr("names the sensor 'perf' twice"));
}

}  // namespace
}  // namespace joulemark
