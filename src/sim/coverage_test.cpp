// SPDX-License-Identifier: Apache-2.0
#include "sim/coverage.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

Coverage covered(const std::string& machine, const std::string& load, int runs) {
  const Folder folder;
  const auto& loads = coverage_loads();
  const auto found = std::find_if(loads.begin(), loads.end(),
                                  [&](const CoverageLoad& each) { return each.name == load; });
  return expect(measure_coverage({.machine = expect(load_machine(machine)),
                                  .load = &*found,
                                  .window_s = 2,
                                  .runs = runs,
                                  .seed = 1,
                                  .folder = folder.path()}));
}

TEST(Coverage, IntervalsHoldTheTruthOfASteadyLoad) {
  const Coverage coverage = covered("desktop-intel", "steady", 40);
  EXPECT_EQ(coverage.absent, 0);
  EXPECT_GE(coverage.share_held(), 0.9);
  EXPECT_GT(coverage.mean_width_j, coverage.honest_width_j * 0.8);
  EXPECT_LT(coverage.mean_width_j, coverage.honest_width_j * 3);
}

TEST(Coverage, EveryLoadMakesAWaveform) {
  for (const CoverageLoad& load : coverage_loads()) {
    const Coverage coverage = covered("battery-laptop", load.name, 5);
    EXPECT_EQ(coverage.absent, 0) << load.name;
    EXPECT_GT(coverage.mean_joules, 0) << load.name;
  }
}

TEST(Coverage, TheSameSeedGivesTheSameRuns) {
  const Coverage once = covered("desktop-intel", "Poisson", 10);
  const Coverage again = covered("desktop-intel", "Poisson", 10);
  EXPECT_EQ(once.held, again.held);
  EXPECT_EQ(once.mean_width_j, again.mean_width_j);
  EXPECT_EQ(once.mean_error_j, again.mean_error_j);
}

TEST(Coverage, AMachineWithoutACounterHasNoInterval) {
  EXPECT_EQ(covered("vm", "steady", 3).absent, 3);
}

}  // namespace
}  // namespace joulemark::sim
