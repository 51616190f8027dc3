// SPDX-License-Identifier: Apache-2.0
// An energy says its value, its uncertainty, its class, what it covers and who read it.
#include "verdict/energy_text.h"

#include <gtest/gtest.h>

namespace joulemark::verdict {
namespace {

Energy energy(const char* scope, const char* sensor, double joules, double u) {
  return {.scope = scope,
          .sensor = sensor,
          .energy_class = EnergyClass::kMeasured,
          .joules = joules,
          .uncertainty_j = u,
          .reason = "",
          .detail = ""};
}

TEST(EnergyText, AnUncertaintyHasTwoDigitsAndTheValueAsManyPlaces) {
  EXPECT_EQ(uncertain_text({412.7, 4.1 / kCoverageFactor}), "412.7 ± 4.1 J");
  EXPECT_EQ(uncertain_text({412.7, 41 / kCoverageFactor}), "413 ± 41 J");
  EXPECT_EQ(uncertain_text({412.7, 410 / kCoverageFactor}), "410 ± 410 J");
  EXPECT_EQ(uncertain_text({41270, 41 / kCoverageFactor}), "41.270 ± 0.041 kJ");
  EXPECT_EQ(uncertain_text({1.2345e-3, 9.96e-5 / kCoverageFactor}), "1.23 ± 0.10 mJ");
  EXPECT_EQ(uncertain_text({-0.3, 2 / kCoverageFactor}), "-0.3 ± 2.0 J");
  EXPECT_EQ(uncertain_text({12.5, 0.5 / kCoverageFactor, "W"}), "12.50 ± 0.50 W");
}

TEST(EnergyText, WithoutAnUncertaintyThereIsNone) {
  EXPECT_EQ(uncertain_text({412.71, std::nullopt}), "412.7 J");
  EXPECT_EQ(uncertain_text({412.71, 0.0}), "412.7 J");
}

TEST(EnergyText, ScopesAreCountedByKind) {
  EXPECT_EQ(short_scopes({"package-0", "dram-0"}), "package+DRAM");
  EXPECT_EQ(short_scopes({"package-0-die-0", "package-0-die-1", "gpu-0"}), "2×package+GPU");
  EXPECT_EQ(short_scopes({"psys"}), "psys");
  EXPECT_EQ(short_scopes({"node"}), "node");
}

TEST(EnergyText, ATotalSaysWhatItAddsUpAndWhoReadIt) {
  EXPECT_EQ(energy_text(
                shown_total({energy("package-0", "perf", 400, 1), energy("dram-0", "perf", 12.7, 1),
                             energy("total", "perf", 412.7, 4.1 / kCoverageFactor)})),
            "412.7 ± 4.1 J (measured, package+DRAM, perf)");
  EXPECT_EQ(
      energy_text(shown_total({energy("package-0", "perf", 400, 1), energy("gpu-0", "nvml", 100, 1),
                               energy("total", "several", 500, 5 / kCoverageFactor)})),
      "500.0 ± 5.0 J (measured, package+GPU, perf+nvml)");
}

TEST(EnergyText, BesideAMeterAtThePlugNothingIsCovered) {
  EXPECT_EQ(
      energy_text(shown_total({energy("package-0", "perf", 400, 1), energy("wall", "meter", 900, 1),
                               energy("total", "meter", 900, 5 / kCoverageFactor)})),
      "900.0 ± 5.0 J (measured, wall, meter)");
}

TEST(EnergyText, WhatIsAbsentIsNoNumber) {
  Energy absent = energy("total", "", 0, 0);
  absent.energy_class = EnergyClass::kAbsent;
  absent.joules.reset();
  absent.reason = "vm";
  EXPECT_EQ(energy_text(shown_total({absent})), "— (not measured: vm)");
}

TEST(EnergyText, ACalibrationIsNotKnownOrTheSameInEveryWindow) {
  EXPECT_EQ(calibration_text(20 / kCoverageFactor), "± 20 J, the same in every window");
  EXPECT_EQ(calibration_text(123 / kCoverageFactor), "± 120 J, the same in every window");
  EXPECT_EQ(calibration_text(4.123 / kCoverageFactor), "± 4.1 J, the same in every window");
  EXPECT_EQ(calibration_text(std::nullopt), "not known");
}

TEST(EnergyText, AnEstimateIsMarked) {
  Energy estimated = energy("total", "tdp", 412.71, 0);
  estimated.energy_class = EnergyClass::kEstimated;
  EXPECT_EQ(energy_text(shown_total({estimated})), "≈ 412.7 J (estimated, tdp)");
}

}  // namespace
}  // namespace joulemark::verdict
