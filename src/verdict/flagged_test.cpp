// SPDX-License-Identifier: Apache-2.0
// Repetitions that stand out are shown with and without, and always counted.
#include "verdict/flagged.h"

#include <gmock/gmock.h>

#include <cmath>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// "b" is half as fast as "a" and once took four times as long as usual.
ExperimentRecord record_with(double times) {
  ExperimentRecord record = example::record({{example::configuration("a"), example::around(1e-3)},
                                             {example::configuration("b"), example::around(2e-3)}});
  record.trials[5] = example::trial(example::configuration("b"), 2, 2e-3 * times);
  return record;
}

TEST(Flagged, ARepetitionThatStandsOutIsShownWithAndWithout) {
  const Judgement judgement = judge(record_with(4));
  const Flags& flags = judgement.models.at(0).flags;
  ASSERT_EQ(flags.repetitions.size(), 1u);
  EXPECT_EQ(judgement.cells[flags.repetitions[0].cell].configuration.engine, "b");
  EXPECT_EQ(flags.repetitions[0].block, 2);
  EXPECT_NEAR(flags.repetitions[0].times_median, 4, 0.05);
  ASSERT_EQ(flags.changes.size(), 1u);
  EXPECT_NEAR(flags.changes[0].with, 2 * std::pow(4, 0.2), 0.05);
  EXPECT_NEAR(flags.changes[0].without, 2, 0.02);
  EXPECT_THAT(flags_text(judgement),
              HasSubstr("b cpu f32 t2 b1 in block 3 (3.98 × its median); without, ratios to the "
                        "best: b cpu f32 t2 b1 "));
}

TEST(Flagged, ItCountsLikeAllOthers) {
  const Judgement judgement = judge(record_with(4));
  const Cell& slow = judgement.cells.at(1);
  EXPECT_EQ(slow.finished, 5);
  EXPECT_EQ(slow.ratio.blocks, 5);
  EXPECT_NEAR(slow.ratio.interval.estimate, 2 * std::pow(4, 0.2), 0.05);
}

TEST(Flagged, OrdinaryScatterIsNotFlagged) {
  const Judgement judgement = judge(record_with(1));
  EXPECT_THAT(judgement.models.at(0).flags.repetitions, IsEmpty());
  EXPECT_EQ(flags_text(judgement), "");
}

}  // namespace
}  // namespace joulemark::verdict
