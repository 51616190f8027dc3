// SPDX-License-Identifier: Apache-2.0
// The text report as people see it, character by character.
#include "report/text_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/text_table.h"
#include "verdict/example_record.h"

namespace joulemark::report {
namespace {

namespace example = verdict::example;
using testing::HasSubstr;
using testing::Not;

const Configuration kOrt = example::configuration("onnxruntime");
const Configuration kOv = example::configuration("openvino");

std::string text(const ExperimentRecord& record, const TextOptions& options = {}) {
  return render_text(record, verdict::judge(record), options);
}

ExperimentRecord two_cells() {
  return example::record(
      {{kOrt, {1.30e-3, 1.33e-3, 1.31e-3, 1.28e-3, 1.32e-3}}, {kOv, example::around(1e-3)}});
}

std::size_t widest_line(const std::string& report) {
  std::istringstream lines(report);
  std::string line;
  std::size_t widest = 0;
  while (std::getline(lines, line)) widest = std::max(widest, display_width(line));
  return widest;
}

TEST(TextReport, ShowsVerdictTableAndCaveats) {
  EXPECT_EQ(text(two_cells(), {.width = 120}),
            "On this machine, for magika, openvino cpu f32 t2 b1 needs 24 % less time per "
            "inference than onnxruntime cpu f32 t2 b1\n"
            "[22 %, 25 %]. Stable (medians).\n"
            "\n"
            "  configuration              energy  time (ms)  CPU (ms)  p50 (ms)  p95 (ms)  p99 "
            "(ms)  RSS (MiB)  vs best\n"
            "* openvino cpu f32 t2 b1     – (vm)       1.00      1.80      1.00      1.00      "
            "1.00       64.0  best\n"
            "  onnxruntime cpu f32 t2 b1  – (vm)       1.31      2.36      1.31      1.31      "
            "1.31       64.0  1.31 [1.28, 1.34]\n"
            "\n"
            "  configuration              rate (/s)\n"
            "* openvino cpu f32 t2 b1          1000\n"
            "  onnxruntime cpu f32 t2 b1        763\n"
            "\n"
            "* best, or within 3 % of it · ranked by vs best: time per inference as a ratio to the "
            "best's, geometric mean over blocks\n"
            "[95 % interval] · other columns: medians of 5 repetitions · energy, time, CPU: per "
            "inference · p50, p95, p99: latency of\n"
            "one call · rate: inferences per second · RSS: peak resident memory\n"
            "\n"
            "Caveats\n"
            "- energy was not measured, the ranking is by time: virtual machines do "
            "not pass on the processor's energy counter (vm)\n");
}

TEST(TextReport, AtARateLatenciesAreToldFromTheScheduledArrival) {
  ExperimentRecord record = two_cells();
  EXPECT_THAT(text(record, {.width = 1000}), Not(HasSubstr("scheduled arrival")));
  record.experiment.protocol.rate = 5;
  const std::string report = text(record, {.width = 1000});
  EXPECT_THAT(report, HasSubstr("p50, p95, p99: latency from the scheduled arrival"));
  EXPECT_THAT(report, Not(HasSubstr("latency of one call")));
}

TEST(TextReport, ColumnsThatDoNotFitStandInAFurtherTable) {
  const std::string wide = text(two_cells(), {.width = 160});
  EXPECT_EQ(wide.find("configuration"), wide.rfind("configuration"));
  for (const std::size_t width : {std::size_t{100}, std::size_t{80}, std::size_t{60}}) {
    const std::string narrow = text(two_cells(), {.width = width});
    EXPECT_LE(widest_line(narrow), width);
    for (const char* head : {"energy", "time (ms)", "CPU (ms)", "p50 (ms)", "p95 (ms)", "p99 (ms)",
                             "rate (/s)", "RSS (MiB)", "vs best"})
      EXPECT_THAT(narrow, HasSubstr(head)) << width;
    EXPECT_NE(narrow.find("configuration"), narrow.rfind("configuration"));
    EXPECT_LT(narrow.find("1.31 [1.28, 1.34]"), narrow.find("p95 (ms)"));
  }
}

TEST(TextReport, WhatRanksStandsInTheFirstTable) {
  const std::string by_time = text(two_cells(), {.width = 20});
  EXPECT_THAT(by_time, HasSubstr("  configuration              time (ms)  vs best\n"));
  EXPECT_THAT(by_time, HasSubstr("per\ninference"));
  ExperimentRecord record = two_cells();
  for (TrialRecord& trial : record.trials) trial = example::with_joules(trial, 15);
  EXPECT_THAT(text(record, {.width = 20}),
              HasSubstr("  configuration              energy (mJ)  vs best\n"));
}

TEST(TextReport, MarksTellTheBestFromWhatIsNotResolved) {
  const ExperimentRecord record =
      example::record({{kOv, {1.0e-3, 1.01e-3, 0.99e-3, 1.0e-3}},
                       {kOrt, {1.010e-3, 1.021e-3, 1.0e-3, 1.01e-3}},
                       {example::configuration("behind"), {1.028e-3, 1.039e-3, 1.02e-3, 1.028e-3}},
                       {example::configuration("noisy"), {1.5e-3, 0.9e-3, 1.4e-3, 0.8e-3}},
                       {example::configuration("slow"), {4e-3, 4.1e-3, 4e-3, 4e-3}}});
  const std::string report = text(record);
  EXPECT_THAT(report, HasSubstr("\n* openvino"));
  EXPECT_THAT(report, HasSubstr("\n* onnxruntime"));
  EXPECT_THAT(report, HasSubstr("\n? behind"));
  EXPECT_THAT(report, HasSubstr("\n? noisy"));
  EXPECT_THAT(report, HasSubstr("\n  slow"));
  EXPECT_THAT(report, HasSubstr("* best, or within 3 % of it · ? not resolved · ranked by"));
  EXPECT_THAT(text(two_cells()), Not(HasSubstr("? not resolved")));
}

TEST(TextReport, MediansThatRankOtherwiseAreSaidTo) {
  EXPECT_THAT(text(two_cells()), HasSubstr("medians of 5 repetitions ·"));
  const ExperimentRecord otherwise =
      example::record({{kOrt, {1.0e-3, 1.2e-3, 1.40e-3, 1.7e-3, 1.8e-3}},
                       {kOv, {1.1e-3, 1.3e-3, 1.39e-3, 1.9e-3, 2.0e-3}}});
  EXPECT_THAT(text(otherwise), HasSubstr("\n* onnxruntime"));
  EXPECT_THAT(text(otherwise), HasSubstr("medians of 5 repetitions, which rank otherwise ·"));
}

TEST(TextReport, EqualRepetitionsAreCountedOnceAndUnequalOnesInTheRows) {
  EXPECT_THAT(text(two_cells()), HasSubstr("medians of 5 repetitions"));
  EXPECT_THAT(text(two_cells()), Not(HasSubstr("  n\n")));
  const std::string once = text(example::record({{kOrt, {1.5e-3}}, {kOv, {1e-3}}}));
  EXPECT_THAT(once, HasSubstr("values of one repetition"));
  EXPECT_THAT(once, HasSubstr("1.50 (no interval)"));
  ExperimentRecord record = two_cells();
  record.trials.pop_back();
  for (const std::size_t width : {std::size_t{20}, std::size_t{0}}) {
    const std::string report = text(record, {.width = width});
    EXPECT_THAT(report, HasSubstr("  n\n"));
    EXPECT_THAT(report, HasSubstr("  best                          4\n"));
    EXPECT_THAT(report, HasSubstr("1.30 [1.27, 1.34] (4 blocks)  5\n"));
  }
  EXPECT_THAT(text(record), HasSubstr("medians of n repetitions"));
}

TEST(TextReport, ColourChangesNoCharacterOfTheText) {
  const std::string plain = text(two_cells(), {.width = 120});
  std::string coloured = text(two_cells(), {.colour = Colour::kAlways, .width = 120});
  EXPECT_NE(plain, coloured);
  for (const char* code : {"\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[0m"}) {
    for (std::size_t at; (at = coloured.find(code)) != std::string::npos;) {
      coloured.erase(at, std::string(code).size());
    }
  }
  EXPECT_EQ(plain, coloured);
}

TEST(TextReport, HostileNamesCannotSteerTheTerminal) {
  ExperimentRecord record = two_cells();
  record.experiment.models[0].name = "\x1b[2Jevil\n";
  for (TrialRecord& trial : record.trials) trial.model = "\x1b[2Jevil\n";
  EXPECT_THAT(text(record), Not(HasSubstr("\x1b")));
}

TEST(TextReport, SeveralModelsHaveATableEach) {
  ExperimentRecord record = two_cells();
  for (TrialRecord trial : two_cells().trials) {
    trial.model = "resnet50";
    record.trials.push_back(trial);
  }
  const std::string report = text(record);
  EXPECT_THAT(report,
              testing::StartsWith("On this machine, of 2 models: openvino cpu f32 t2 b1 is "
                                  "best for magika and resnet50. openvino cpu f32 t2 b1 is in the "
                                  "best set of every model; beside it, onnxruntime"));
  EXPECT_THAT(report, HasSubstr("\n\nOn this machine, for magika, "));
  EXPECT_THAT(report, HasSubstr("for resnet50,"));
}

TEST(TextReport, MeasuredEnergyIsShownInOneUnitPerColumn) {
  ExperimentRecord record = two_cells();
  for (TrialRecord& trial : record.trials) {
    trial = example::with_joules(trial, trial.configuration == kOrt ? 20 : 15);
  }
  const std::string report = text(record);
  EXPECT_THAT(report, HasSubstr("energy (mJ)"));
  EXPECT_THAT(report, HasSubstr("20.0"));
}

TEST(TextReport, WhatTheJoulesCoverStandsBelowTheLegend) {
  ExperimentRecord record = two_cells();
  EXPECT_EQ(text(record).find("\nenergy: "), std::string::npos);
  for (TrialRecord& trial : record.trials) trial = example::with_joules(trial, 20);
  EXPECT_NE(text(record).find(
                "peak resident memory\nenergy: hardware counters (RAPL), gross (idle included)"),
            std::string::npos)
      << text(record);
}

TEST(TextReport, ManyFailuresAreListedWithTheirReasons) {
  ExperimentRecord record = two_cells();
  for (int threads : {4, 8, 16}) {
    record.trials.push_back(
        example::ended(example::trial(example::configuration("onnxruntime", threads), 0, 1),
                       TrialStatus::kTimeout, "time limit of 300 s"));
  }
  EXPECT_THAT(
      text(record),
      HasSubstr("Not ranked:\n- onnxruntime cpu f32 t16 b1: timeout: time limit of 300 s\n"));
}

TEST(TextReport, OneConfigurationHasNoComparisonColumn) {
  const std::string report = text(example::record({{kOv, {1e-3}}}));
  EXPECT_THAT(report, HasSubstr("there is no comparison"));
  for (const char* word : {"vs best", "* ", "ranked", "medians", "blocks"}) {
    EXPECT_THAT(report, Not(HasSubstr(word)));
  }
  const std::string green = "\x1b[32m";
  EXPECT_THAT(text(example::record({{kOv, {1e-3}}}), {.colour = Colour::kAlways}),
              Not(HasSubstr(green)));
}

TEST(TextReport, WhenAllFailThereIsNoTableAndNoLegend) {
  ExperimentRecord record = example::record({});
  record.trials.push_back(
      example::ended(example::trial(kOv, 0, 1), TrialStatus::kCrashed, "signal 11"));
  EXPECT_THAT(text(record),
              testing::StartsWith("On this machine, for magika, nothing can be ranked: openvino "
                                  "cpu f32 t2 b1 (crashed: signal 11).\n\nCaveats\n"));
}

TEST(TextReport, NothingMeasuredIsOneLine) {
  EXPECT_EQ(text(ExperimentRecord{}), "Nothing was measured.\n");
}

}  // namespace
}  // namespace joulemark::report
