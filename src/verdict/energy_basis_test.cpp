// SPDX-License-Identifier: Apache-2.0
// What the joules cover is said in one line.
#include "verdict/energy_basis.h"

#include <gtest/gtest.h>

#include "verdict/example_record.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {
namespace {

Energy measured(const std::string& scope, double joules, double u) {
  return {.scope = scope,
          .sensor = "powercap",
          .energy_class = EnergyClass::kMeasured,
          .joules = joules,
          .uncertainty_j = u,
          .reason = "",
          .detail = ""};
}

ExperimentRecord record_with(const std::vector<Energy>& energies) {
  ExperimentRecord record =
      example::record({{example::configuration("onnxruntime"), example::around(1e-3)}});
  for (TrialRecord& trial : record.trials) trial.energy = energies;
  return record;
}

TEST(EnergyBasis, NamesScopesSourceAndUncertainty) {
  const ExperimentRecord record = record_with(
      {measured("package-0", 40, 0.15), measured("dram-0", 5, 0.03), measured("total", 45, 0.18)});
  EXPECT_EQ(energy_basis(record),
            "energy: package-0 + dram-0, hardware counters (RAPL), gross (idle included), ± 0.78 "
            "% (95 % uncertainty, without the sensors' calibration); calibration ± 9.8 % (powercap "
            "not calibrated: a prior)");
  EXPECT_EQ(judge(record).energy_basis, energy_basis(record));
}

TEST(EnergyBasis, NamesTheUsersCalibration) {
  ExperimentRecord record =
      record_with({measured("package-0", 40, 0.15), measured("total", 40, 0.15)});
  record.experiment.calibration = {"powercap=1.1±0.01"};
  EXPECT_NE(energy_basis(record).find("; calibration ± 2 % (powercap × 1.1 given by the user)"),
            std::string::npos)
      << energy_basis(record);
  const EnergyCalibration calibration = energy_calibration(record);
  EXPECT_DOUBLE_EQ(calibration.relative_u.value(), 0.01);
  EXPECT_EQ(calibration.sensors.at(0).gain, 1.1);
  record.experiment.origin = "elsewhere";
  EXPECT_EQ(energy_basis(record).find("; calibration"), std::string::npos);
}

TEST(EnergyBasis, ACalibrationIsNotKnownWhereThatOfAPartIsNot) {
  Energy gpu = measured("gpu-0", 60, 0.1);
  gpu.sensor = "amdsmi";
  ExperimentRecord record =
      record_with({measured("package-0", 40, 0.15), gpu, measured("total", 100, 0.15)});
  EXPECT_FALSE(energy_calibration(record).relative_u);
  EXPECT_EQ(energy_calibration(record).sensors.size(), 2U);
  record.experiment.calibration = {"amdsmi=1±0.02"};
  EXPECT_NEAR(energy_calibration(record).relative_u.value(), 0.4 * 0.05 + 0.6 * 0.02, 1e-12);
}

TEST(EnergyBasis, IsEmptyWithoutEnergy) {
  EXPECT_EQ(energy_basis({}), "");
  EXPECT_EQ(energy_basis(
                example::record({{example::configuration("onnxruntime"), example::around(1e-3)}})),
            "");
}

TEST(EnergyBasis, LeavesOutWhatWasNotMeasured) {
  Energy absent = measured("package-1", 1, 1);
  absent.energy_class = EnergyClass::kAbsent;
  absent.joules.reset();
  const std::string text = energy_basis(
      record_with({measured("package-0", 40, 0.1), absent, measured("total", 40, 0.1)}));
  EXPECT_EQ(text.find("package-1"), std::string::npos);
  EXPECT_EQ(text.find("energy: package-0, hardware"), 0U);
}

TEST(EnergyBasis, ATrialThatDidNotFinishSaysNothing) {
  ExperimentRecord record =
      record_with({measured("package-0", 40, 0.1), measured("total", 40, 0.1)});
  for (TrialRecord& trial : record.trials) trial.status = TrialStatus::kCrashed;
  EXPECT_EQ(energy_basis(record), "");
  EXPECT_TRUE(missing_scopes(record).empty());
}

}  // namespace
}  // namespace joulemark::verdict
