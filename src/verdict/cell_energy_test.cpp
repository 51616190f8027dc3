// SPDX-License-Identifier: Apache-2.0
// A configuration's energy says what its windows' totals are made of.
#include "verdict/cell_energy.h"

#include <gtest/gtest.h>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

Energy measured(const char* scope, double joules, double u) {
  return {.scope = scope,
          .sensor = "perf",
          .energy_class = EnergyClass::kMeasured,
          .joules = joules,
          .uncertainty_j = u,
          .reason = "",
          .detail = ""};
}

TEST(CellEnergy, IsPerInferenceWithTheUncertaintyOfAWindow) {
  ExperimentRecord record =
      example::record({{example::configuration("onnxruntime"), example::around(1e-3)}});
  for (TrialRecord& trial : record.trials) {
    const double n = trial.inferences();
    trial.energy = {measured("package-0", 0.04 * n, 1), measured("dram-0", 0.01 * n, 1),
                    measured("total", 0.05 * n, 0.0005 * n)};
  }
  EXPECT_EQ(judge(record).cells[0].energy,
            "50.00 ± 0.98 mJ per inference (measured, package+DRAM, perf)");
  record.trials[1].energy.back().energy_class = EnergyClass::kDerived;
  EXPECT_EQ(judge(record).cells[0].energy,
            "50.00 ± 0.98 mJ per inference (derived, package+DRAM, perf)");
}

TEST(CellEnergy, WithoutEnergyIsAReason) {
  ExperimentRecord record =
      example::record({{example::configuration("onnxruntime"), example::around(1e-3)}});
  Energy absent = measured("total", 0, 0);
  absent.energy_class = EnergyClass::kAbsent;
  absent.joules.reset();
  absent.reason = "vm";
  for (TrialRecord& trial : record.trials) trial.energy = {absent};
  EXPECT_EQ(judge(record).cells[0].energy, "— (not measured: vm)");
}

}  // namespace
}  // namespace joulemark::verdict
