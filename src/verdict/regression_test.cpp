// SPDX-License-Identifier: Apache-2.0
#include "verdict/regression.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// `n` repetitions of each engine, 1 ms times its factor, with `noise` of ln.
ExperimentRecord measured(const std::vector<std::pair<std::string, double>>& factors, int n,
                          double noise, std::uint64_t seed) {
  Random random(seed);
  std::vector<example::CellTimes> cells;
  for (const auto& [engine, factor] : factors) {
    example::CellTimes cell{example::configuration(engine), {}};
    for (int i = 0; i < n; ++i)
      cell.second.push_back(1e-3 * factor * std::exp(noise * random.normal()));
    cells.push_back(cell);
  }
  return example::record(cells);
}

Regression change(double factor, int n, double noise, std::uint64_t seed = 1) {
  return find_regression(measured({{"a", 1}}, n, noise, seed),
                         measured({{"a", factor}}, n, noise, seed + 1000));
}

TEST(Regression, IsShownOnlyBeyondWhatIsAllowed) {
  const Regression worse = change(1.10, 10, 0.01);
  EXPECT_EQ(worse.change, Change::kRegressed);
  EXPECT_THAT(worse.sentence, StartsWith("Regression: magika on a cpu f32 t2 b1 needs "));
  EXPECT_THAT(worse.sentence, HasSubstr("more time per inference (at least "));
  EXPECT_THAT(worse.sentence, HasSubstr("and 3 % is allowed."));
}

TEST(Regression, ItsAbsenceIsShownToo) {
  const Regression same = change(1.0, 10, 0.01);
  EXPECT_EQ(same.change, Change::kWithin);
  EXPECT_THAT(same.sentence, StartsWith("No regression: magika on a cpu f32 t2 b1 needs at most "));
  const Regression better = change(0.8, 10, 0.01);
  EXPECT_EQ(better.change, Change::kWithin);
  EXPECT_THAT(better.sentence, HasSubstr("needs no more time per inference than before"));
}

TEST(Regression, NeitherIsShownByNoise) {
  const Regression open = change(1.0, 5, 0.10);
  EXPECT_EQ(open.change, Change::kUnresolved);
  EXPECT_THAT(open.sentence, StartsWith("Not resolved: magika on a cpu f32 t2 b1 needs from "));
}

TEST(Regression, SaysHowManyRepetitionsWouldSettleIt) {
  const Regression open = change(1.0, 4, 0.03, 5);
  ASSERT_EQ(open.change, Change::kUnresolved) << open.sentence;
  ASSERT_TRUE(open.cells[0].repetitions_needed) << open.sentence;
  EXPECT_GT(*open.cells[0].repetitions_needed, 4);
  EXPECT_THAT(open.sentence, HasSubstr("repetitions of each would settle it"));
}

TEST(Regression, FalseAlarmsAreAsRareAsPromised) {
  int alarms = 0;
  int passed = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const auto base = measured({{"a", 1}, {"b", 2}, {"c", 3}}, 6, 0.02, seed);
    const auto now = measured({{"a", 1.03}, {"b", 2.06}, {"c", 3.09}}, 6, 0.02, seed + 10000);
    const Regression result = find_regression(base, now);
    alarms += result.change == Change::kRegressed ? 1 : 0;
    passed += result.change == Change::kWithin ? 1 : 0;
  }
  EXPECT_LT(alarms, 400 * 0.08) << "at the limit, any of three: 5 %";
  EXPECT_LT(passed, 400 * 0.02) << "all three at once: far below 5 %";
}

TEST(Regression, VersionsOfAnEngineAreTheSameConfiguration) {
  const Regression result =
      find_regression(measured({{"a@1.0", 1}}, 5, 0.001, 1), measured({{"a@2.0", 1}}, 5, 0.001, 2));
  ASSERT_EQ(result.cells.size(), 1U);
  EXPECT_EQ(result.change, Change::kWithin);
  EXPECT_EQ(result.cells[0].label, "a@2.0 cpu f32 t2 b1");
}

TEST(Regression, WhatIsMissingOrFailedIsNotCalledFine) {
  const auto base = measured({{"a", 1}, {"b", 1}}, 5, 0.001, 1);
  auto now = measured({{"a", 1}, {"b", 1}}, 5, 0.001, 2);
  for (TrialRecord& trial : now.trials)
    if (trial.configuration.engine == "b")
      trial = example::ended(trial, TrialStatus::kCrashed, "signal 11");
  const Regression crashed = find_regression(base, now);
  EXPECT_EQ(crashed.change, Change::kUnresolved);
  EXPECT_THAT(crashed.sentence, HasSubstr("b cpu f32 t2 b1 cannot be compared: in NEW: "));
  const Regression missing = find_regression(base, measured({{"a", 1}}, 5, 0.001, 2));
  EXPECT_EQ(missing.change, Change::kUnresolved);
  EXPECT_THAT(missing.sentence, HasSubstr("it is not in NEW"));
  const Regression added = find_regression(measured({{"a", 1}}, 5, 0.001, 2), base);
  EXPECT_EQ(added.change, Change::kWithin) << added.sentence;
}

TEST(Regression, NothingInCommonIsNotResolved) {
  const Regression result = find_regression(example::record({}), measured({{"a", 1}}, 5, 0.001, 1));
  EXPECT_EQ(result.change, Change::kUnresolved);
  EXPECT_EQ(result.sentence, "Not resolved: BASE and NEW have no configuration in common.");
}

TEST(Regression, OneRepetitionShowsNothing) {
  const Regression result = change(2.0, 1, 0.01);
  EXPECT_EQ(result.change, Change::kUnresolved);
  EXPECT_THAT(result.sentence, HasSubstr("too few repetitions for an interval"));
}

TEST(Regression, EnergyThatOneSideDidNotMeasureIsNotCompared) {
  const auto base = measured({{"a", 1}}, 5, 0.001, 1);
  const Regression result = find_regression(base, base, {.metric = MetricId::kEnergy});
  EXPECT_EQ(result.change, Change::kUnresolved);
  EXPECT_THAT(result.sentence, HasSubstr("BASE has no energy per inference (vm)"));
}

TEST(Regression, ConstantValuesAreDecidedByTheirRatio) {
  const auto base = example::record({{example::configuration("a"), {1e-3, 1e-3, 1e-3}}});
  const auto now = example::record({{example::configuration("a"), {1.02e-3, 1.02e-3, 1.02e-3}}});
  EXPECT_EQ(find_regression(base, now).change, Change::kWithin);
  EXPECT_EQ(find_regression(base, now, {.metric = {}, .max_regression = 0.01}).change,
            Change::kRegressed);
}

TEST(Regression, OtherMachinesAreACaveat) {
  const auto base = measured({{"a", 1}}, 5, 0.001, 1);
  auto now = base;
  for (TrialRecord& trial : now.trials) trial.host = "other";
  ASSERT_EQ(find_regression(base, now).caveats.size(), 1U);
  EXPECT_EQ(find_regression(base, now).caveats[0].code, "several_machines");
  EXPECT_TRUE(find_regression(base, base).caveats.empty());
}

}  // namespace
}  // namespace joulemark::verdict
