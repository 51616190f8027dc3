// SPDX-License-Identifier: Apache-2.0
// What one trial leaves in memory is nothing to the next.
#include <gtest/gtest.h>

#include <set>

#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using FreshProcess = Orchestrator;

TEST_F(FreshProcess, EveryTrialHasAWorkerOfItsOwnWhichHasEndedBeforeTheNext) {
  ASSERT_TRUE(run());
  std::set<int> measured;
  int last = -1;
  for (const auto& request : runner_.requests) {
    EXPECT_GE(request.worker, last) << "a worker that was done is asked again";
    last = std::max(last, request.worker);
    if (request.type != "go") continue;
    EXPECT_TRUE(measured.insert(request.worker).second) << "two windows of one process";
  }
  EXPECT_EQ(measured.size(), stored().size());
}

}  // namespace
}  // namespace joulemark::run
