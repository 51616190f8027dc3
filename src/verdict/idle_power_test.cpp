// SPDX-License-Identifier: Apache-2.0
// The power of the machine at rest beside a trial, what is left without it, and what brackets show.
#include "verdict/idle_power.h"

#include <gmock/gmock.h>

#include <cmath>

#include "verdict/example_record.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kBlock = 100 * kSecond;

/// A second at rest that ends as `block` begins.
IdleBracket rest(int block, double watts, double u = 0.1) {
  IdleBracket bracket;
  bracket.block = block;
  bracket.t1_ns = block * kBlock;
  bracket.t0_ns = bracket.t1_ns - kSecond;
  bracket.host = "host";
  bracket.joules = watts;
  bracket.uncertainty_j = u;
  return bracket;
}

/// A trial of 1 s and 1000 calls in each of five blocks, which takes 30 ± 0.03 J.
ExperimentRecord five_blocks() {
  ExperimentRecord record =
      example::record({{example::configuration("a"), std::vector<double>(5, 1e-3)}});
  for (TrialRecord& trial : record.trials) {
    trial = example::with_joules(trial, 30);
    for (PhaseInterval& phase : trial.phases) {
      phase.t0_ns += trial.block * kBlock;
      phase.t1_ns += trial.block * kBlock;
    }
  }
  return record;
}

double metric_of(const ExperimentRecord& record, MetricId id, std::size_t trial) {
  return judge(record).values[static_cast<std::size_t>(id)][trial];
}

std::string caveat(const ExperimentRecord& record, const std::string& code) {
  for (const Caveat& each : judge(record).caveats)
    if (each.code == code) return each.message;
  return "";
}

TEST(IdlePower, IsTheMeanOfTheBracketsAroundTheTrialWithTheirDrift) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(0, 8), rest(1, 10), rest(2, 14), rest(5, 90)};
  const auto power = idle_power(record, record.trials[1]);
  ASSERT_TRUE(power);
  EXPECT_DOUBLE_EQ(power->watts, 12);
  EXPECT_THAT(power->standard_u, Optional(DoubleNear(std::hypot(0.1 / std::sqrt(2.0), 2), 1e-12)));
}

TEST(IdlePower, OfOneBracketIsItsOwn) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(3, 10)};
  for (const std::size_t trial : {1U, 4U}) {
    const auto power = idle_power(record, record.trials[trial]);
    ASSERT_TRUE(power);
    EXPECT_DOUBLE_EQ(power->watts, 10);
    EXPECT_THAT(power->standard_u, Optional(0.1));
  }
}

TEST(IdlePower, OfSeveralBracketsOfABlockTheNearestCounts) {
  ExperimentRecord record = five_blocks();
  IdleBracket again = rest(1, 12);
  again.t0_ns += kBlock / 2;
  again.t1_ns += kBlock / 2;
  record.brackets = {rest(1, 10), again, rest(2, 40)};
  EXPECT_DOUBLE_EQ(idle_power(record, record.trials[1])->watts, 11) << "before the second one";
  for (PhaseInterval& phase : record.trials[1].phases) {
    phase.t0_ns += 3 * kBlock / 4;
    phase.t1_ns += 3 * kBlock / 4;
  }
  EXPECT_DOUBLE_EQ(idle_power(record, record.trials[1])->watts, 26) << "behind it";
}

TEST(IdlePower, OfAnotherMachineOrBootIsNone) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(1, 10)};
  record.brackets[0].host = "another";
  EXPECT_FALSE(idle_power(record, record.trials[1]));
  record.brackets[0].host = "host";
  record.brackets[0].joules.reset();
  EXPECT_FALSE(idle_power(record, record.trials[1]));
}

TEST(IdlePower, OfTheTrialsOwnPhaseComesFirst) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(1, 10), rest(2, 10)};
  record.trials[1].phase_energies = {
      {.phase = Phase::kIdle, .joules = 24, .uncertainty_j = 0.4, .seconds = 2}};
  EXPECT_DOUBLE_EQ(idle_power(record, record.trials[1])->watts, 12);
  EXPECT_THAT(idle_power(record, record.trials[1])->standard_u, Optional(0.2));
}

TEST(EnergyAboveIdle, HoldsTheUncertaintyOfBothAndIsNeverMadeZero) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(0, 10, 0.4), rest(1, 50, 0.4)};
  EXPECT_NEAR(metric_of(record, MetricId::kEnergyAboveIdle, 1), (30.0 - 50) / 1000, 1e-12);
  EXPECT_NEAR(metric_of(record, MetricId::kEnergyAboveIdleUncertainty, 1),
              std::hypot(0.03, 0.4) / 1000, 1e-12);
  EXPECT_TRUE(std::isnan(metric_of(record, MetricId::kEnergyAboveReady, 1)));
  record.trials[1].phase_energies = {
      {.phase = Phase::kReady, .joules = 40, .uncertainty_j = 0.08, .seconds = 2}};
  EXPECT_NEAR(metric_of(record, MetricId::kEnergyAboveReady, 1), (30.0 - 20) / 1000, 1e-12);
  EXPECT_NEAR(metric_of(record, MetricId::kEnergyAboveReadyUncertainty, 1),
              std::hypot(0.03, 0.04) / 1000, 1e-12);
}

TEST(EnergyAboveIdle, IsWrittenForPeopleBesideTheGrossEnergy) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(0, 10), rest(5, 10)};
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.cells[0].energy_above_idle, "20.00 ± 0.15 mJ");
  EXPECT_EQ(judgement.cells[0].energy_above_ready, "");
  EXPECT_EQ(judge(five_blocks()).cells[0].energy_above_idle, "");
}

TEST(IdleDrift, NamesTheBlocksBetweenWhichTheIdleMachineChanged) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(0, 40), rest(2, 48), rest(5, 41)};
  EXPECT_THAT(caveat(record, "idle_drift"),
              HasSubstr("drew 40.0 W before block 1 and 48.0 W before block 3"));
  record.brackets[2].joules = 60;
  EXPECT_THAT(caveat(record, "idle_drift"), HasSubstr("60.0 W after the last block"));
}

TEST(IdleDrift, IsNotSaidOfLittle) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(0, 3), rest(5, 4.9)};
  EXPECT_EQ(caveat(record, "idle_drift"), "") << "less than 2 W";
  record.brackets = {rest(0, 100), rest(5, 104.9)};
  EXPECT_EQ(caveat(record, "idle_drift"), "") << "less than 5 %";
  record.brackets = {rest(0, 40, 3), rest(5, 48, 3)};
  EXPECT_EQ(caveat(record, "idle_drift"), "") << "the meter may be off by as much";
  record.brackets = {rest(0, 40), rest(5, 48)};
  record.brackets[0].host = "another";
  EXPECT_EQ(caveat(record, "idle_drift"), "") << "another machine";
}

TEST(IdleBusy, NamesTheBracketsInWhichProgramsRan) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(0, 40), rest(1, 40), rest(2, 40)};
  record.brackets[0].busy = 0.02;
  EXPECT_EQ(caveat(record, "idle_busy"), "");
  record.brackets[2].busy = 0.31;
  EXPECT_THAT(caveat(record, "idle_busy"), HasSubstr("in 1 of 3 idle brackets"));
  EXPECT_THAT(caveat(record, "idle_busy"), HasSubstr("up to 31 % (before block 3)"));
}

TEST(BelowIdle, LooksAtTheBracketsToo) {
  ExperimentRecord record = five_blocks();
  record.brackets = {rest(0, 40), rest(5, 40)};
  EXPECT_THAT(judge(record).cells[0].reason, HasSubstr("drew 30.0 W, less than the idle machine"));
  record.brackets[0].busy = 0.5;
  EXPECT_EQ(judge(record).cells[0].reason, "") << "a busy machine is no idle one";
  record.brackets = {rest(0, 10), rest(5, 70)};
  EXPECT_EQ(judge(record).cells[0].reason, "") << "nobody knows when the power changed";
}

}  // namespace
}  // namespace joulemark::verdict
