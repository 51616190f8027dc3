// SPDX-License-Identifier: Apache-2.0
#include "run/space_needed.h"

#include <gtest/gtest.h>

namespace joulemark::run {
namespace {

Experiment experiment(int repetitions) {
  Experiment experiment;
  experiment.models.emplace_back().source = "null:a";
  experiment.factors.engine = {"null"};
  experiment.protocol.repetitions = repetitions;
  return experiment;
}

TEST(SpaceNeeded, GrowsWithTrialsAndWithTheirWindows) {
  const auto few = store_bytes(experiment(10), 1);
  EXPECT_NEAR(static_cast<double>(store_bytes(experiment(100), 1)), 10.0 * static_cast<double>(few),
              0.01 * 10 * static_cast<double>(few));
  EXPECT_GT(store_bytes(experiment(10), 100), few);
}

// What a window holds is bounded, however long it is.
TEST(SpaceNeeded, AnHourOfOneTrialIsNoGibibyte) {
  EXPECT_LT(store_bytes(experiment(1), 3600), std::uintmax_t{1} << 30);
}

}  // namespace
}  // namespace joulemark::run
