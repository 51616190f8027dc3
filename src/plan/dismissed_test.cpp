// SPDX-License-Identifier: Apache-2.0
// Tests of which configurations need no further trial.
#include "plan/dismissed.h"

#include <gmock/gmock.h>

namespace joulemark::plan {
namespace {

using testing::Optional;

TrialRecord trial(int block, TrialStatus status) {
  TrialRecord record;
  record.block = block;
  record.model = "net";
  record.configuration.engine = "a";
  record.status = status;
  return record;
}

std::optional<int> blocks_after(const Experiment& experiment,
                                const std::vector<TrialRecord>& trials) {
  Dismissed dismissed(experiment);
  for (const TrialRecord& each : trials) dismissed.note(each);
  return dismissed.blocks_of({"net", "a cpu f32 t1 b1"});
}

TEST(Dismissed, AreThoseOfOtherOutputsFromTheBlockBehindTheFirstOn) {
  const auto different = TrialStatus::kDifferent;
  EXPECT_THAT(blocks_after({}, {trial(0, different)}), Optional(1));
  EXPECT_THAT(blocks_after({}, {trial(0, TrialStatus::kOk), trial(3, different)}), Optional(4));
  EXPECT_THAT(blocks_after({}, {trial(3, different), trial(1, different)}), Optional(2));
}

TEST(Dismissed, NoFailureIs) {
  for (const TrialStatus status :
       {TrialStatus::kOk, TrialStatus::kCrashed, TrialStatus::kUnsupported, TrialStatus::kTimeout})
    EXPECT_FALSE(blocks_after({}, {trial(0, status)})) << to_string(status);
}

TEST(Dismissed, NothingIsWhereAllAreAskedForOrSomebodyElseMeasured) {
  Experiment all;
  all.protocol.different = "always";
  EXPECT_FALSE(blocks_after(all, {trial(0, TrialStatus::kDifferent)}));
  Experiment imported;
  imported.origin = "'results.csv'";
  EXPECT_FALSE(blocks_after(imported, {trial(0, TrialStatus::kDifferent)}));
}

}  // namespace
}  // namespace joulemark::plan
