// SPDX-License-Identifier: Apache-2.0
#include "report/break_even_lines.h"

#include <gmock/gmock.h>

#include "report/text_report.h"
#include "verdict/example_record.h"

namespace joulemark::report {
namespace {

namespace example = verdict::example;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// "best" takes 1 ms a call; each other one is 10 % slower than the one before, and loads faster.
ExperimentRecord with(const std::vector<std::string>& others) {
  std::vector<example::CellTimes> cells = {{example::configuration("best"), example::around(1e-3)}};
  double seconds = 1e-3;
  for (const std::string& name : others)
    cells.emplace_back(example::configuration(name), example::around(seconds *= 1.1));
  ExperimentRecord record = example::record(cells);
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine != "best") trial.phases.front().t1_ns = 400'000'000;
  return record;
}

std::vector<std::string> lines(const ExperimentRecord& record) {
  const auto judgement = verdict::judge(record);
  return break_even_lines(judgement, judgement.models[0]);
}

TEST(BreakEvenLines, SayFromWhenOnTheFasterOneWins) {
  EXPECT_THAT(lines(with({"a"})),
              ElementsAre("Loading included, best cpu f32 t2 b1 needs less time than a cpu f32 t2 "
                          "b1 from 1000 inferences on."));
  EXPECT_THAT(lines(with({})), IsEmpty());
}

TEST(BreakEvenLines, TheLatestThreeAreNamedAndTheOthersCounted) {
  const auto all = lines(with({"a", "b", "c", "d", "e"}));
  ASSERT_EQ(all.size(), 4U);
  EXPECT_THAT(all[0], HasSubstr("than a cpu"));
  EXPECT_EQ(all[3], "2 more are overtaken sooner.");
}

TEST(BreakEvenLines, NothingIsSaidOfWhatIsNotResolved) {
  ExperimentRecord record =
      example::record({{example::configuration("best"), {1e-3, 1.2e-3, 1e-3, 1.1e-3, 1.05e-3}},
                       {example::configuration("a"), {1.1e-3, 1.05e-3, 1.2e-3, 1.08e-3, 1.1e-3}}});
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine == "a") trial.phases.front().t1_ns = 400'000'000;
  EXPECT_THAT(lines(record), IsEmpty());
}

TEST(BreakEvenLines, AreOfEnergyWhereThatRanks) {
  ExperimentRecord record = with({"a"});
  for (TrialRecord& trial : record.trials) {
    const bool is_best = trial.configuration.engine == "best";
    trial = example::with_joules(trial, is_best ? 10 : 20);
    trial.phase_energies = {
        {.phase = Phase::kLoad, .joules = is_best ? 9.0 : 4.0, .uncertainty_j = 0.1, .seconds = 1}};
  }
  EXPECT_THAT(lines(record), ElementsAre(HasSubstr("needs less energy than a")));
  EXPECT_THAT(lines(record), ElementsAre(HasSubstr("from 500 inferences on")));
}

TEST(BreakEvenLines, StandInTheTextReport) {
  const ExperimentRecord record = with({"a"});
  EXPECT_THAT(render_text(record, verdict::judge(record), {.width = 200}),
              HasSubstr("\nLoading included, best cpu f32 t2 b1 needs less time than"));
}

}  // namespace
}  // namespace joulemark::report
