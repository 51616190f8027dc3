// SPDX-License-Identifier: Apache-2.0
#include "verdict/constraint.h"

#include <gmock/gmock.h>

#include "verdict/collect.h"
#include "verdict/example_record.h"
#include "verdict/judge_options.h"

namespace joulemark::verdict {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string error(const char* text) {
  const auto parsed = Constraint::parse(text);
  return parsed ? "no error" : parsed.error().message;
}

/// A cell whose calls take about 2 ms, by 4 % more or less.
Judgement judged(std::size_t repetitions) {
  std::vector<double> times = {2e-3, 2.04e-3, 1.96e-3, 2.08e-3, 1.92e-3};
  times.resize(repetitions);
  return collect(example::record({{example::configuration("fast"), times}}));
}

Fulfilment of(const char* text, std::size_t repetitions = 5) {
  const Judgement judgement = judged(repetitions);
  return Constraint::parse(text)->of(judgement.cells.front());
}

TEST(Constraint, IsMetOpenMissedOrUnknown) {
  EXPECT_EQ(of("p95_ms<=50"), Fulfilment::kMet);
  EXPECT_EQ(of("p95_ms<=2.01"), Fulfilment::kOpen);
  EXPECT_EQ(of("p95_ms<=1.9"), Fulfilment::kMissed);
  EXPECT_EQ(of("p95_ms <= 50", 1), Fulfilment::kOpen) << "one repetition shows nothing";
  EXPECT_EQ(of("energy_J<=50"), Fulfilment::kUnknown);
  EXPECT_EQ(of("peak_rss_mb<=67.2"), Fulfilment::kMet) << "64 MiB in each repetition";
  EXPECT_EQ(of("peak_rss_mb<=67.1"), Fulfilment::kMissed);
  EXPECT_EQ(of("throughput>=400"), Fulfilment::kMet);
}

TEST(Constraint, AlsoOfTheConfiguration) {
  EXPECT_EQ(of("threads<=2"), Fulfilment::kMet);
  EXPECT_EQ(of("threads<2"), Fulfilment::kMissed);
  EXPECT_EQ(of("batch=1"), Fulfilment::kMet);
  EXPECT_EQ(of("engine=fast"), Fulfilment::kMet);
  EXPECT_EQ(of("engine != fast"), Fulfilment::kMissed);
  EXPECT_EQ(of("provider=cuda"), Fulfilment::kMissed);
}

TEST(Constraint, SaysWhyACellIsNotRanked) {
  const Judgement judgement = judged(5);
  EXPECT_EQ(Constraint::parse("p95_s<=0.0019")->reason(judgement.cells[0]),
            "does not meet p95_s <= 0.0019: 2.00 ms");
  EXPECT_EQ(Constraint::parse("energy<=1")->reason(judgement.cells[0]),
            "energy <= 1 cannot be checked: no energy per inference (vm)");
  EXPECT_EQ(Constraint::parse("threads=1")->reason(judgement.cells[0]),
            "does not meet threads = 1");
}

TEST(Constraint, RefusesWhatItCannotRead) {
  EXPECT_THAT(error("p95_ms"), HasSubstr("it has no operator"));
  EXPECT_THAT(error("p95_ms<=fast"), HasSubstr("'fast' is no number"));
  EXPECT_THAT(error("p95_ms<=nan"), HasSubstr("'nan' is no number"));
  EXPECT_THAT(error("p59_ms<=1"), HasSubstr("did you mean"));
  EXPECT_THAT(error("p95_ms=3"), HasSubstr("use <= or >="));
  EXPECT_THAT(error("engine<=x"), HasSubstr("is a word"));
  EXPECT_THAT(error(""), HasSubstr("it has no operator"));
}

TEST(Constraint, FiltersBeforeAnythingIsCompared) {
  const auto record = example::record({{example::configuration("a"), example::around(1e-3)},
                                       {example::configuration("b", 4), example::around(5e-4)}});
  const Judgement judgement =
      judge(record, {.objective = {}, .constraints = {*Constraint::parse("threads<=2")}});
  EXPECT_EQ(judgement.models[0].outcome, Outcome::kSingle);
  EXPECT_THAT(judgement.sentence, HasSubstr("does not meet threads <= 2"));
  EXPECT_FALSE(judgement.cells[1].ranked());
}

TEST(Constraint, ThatIsNotShownIsACaveat) {
  const auto record = example::record({{example::configuration("a"), example::around(1e-3)},
                                       {example::configuration("b"), example::around(2e-3)}});
  const Judgement judgement =
      judge(record, {.objective = {}, .constraints = {*Constraint::parse("p50_ms<=2.001")}});
  EXPECT_THAT(judgement.open_constraints, ElementsAre("b cpu f32 t2 b1 (p50_ms <= 2.001)"));
  const auto shown = std::any_of(judgement.caveats.begin(), judgement.caveats.end(),
                                 [](const Caveat& c) { return c.code == "constraint_open"; });
  EXPECT_TRUE(shown);
}

}  // namespace
}  // namespace joulemark::verdict
