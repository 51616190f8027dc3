// SPDX-License-Identifier: Apache-2.0
// Tests of what is written while an experiment runs.
#include "run/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "run/progress_line.h"

namespace joulemark::run {
namespace {

using testing::HasSubstr;
using testing::Not;

TrialRecord measured() {
  TrialRecord record;
  record.model = "net";
  record.iterations = 200;
  record.phases = {{.phase = Phase::kMeasure, .t0_ns = 0, .t1_ns = 2'000'000'000}};
  record.energy = {Energy{.scope = "total",
                          .sensor = "powercap",
                          .energy_class = EnergyClass::kMeasured,
                          .joules = 30,
                          .uncertainty_j = {},
                          .reason = {},
                          .detail = {}}};
  return record;
}

const TrialPlace kPlace{.number = 2, .total = 8, .model = "net", .label = "null cpu f32 t1 b1"};

TEST(ProgressLine, DurationsAreForPeople) {
  EXPECT_EQ(duration_text(-1), "0 s");
  EXPECT_EQ(duration_text(44.6), "45 s");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(7500), "2 h 05 min");
}

TEST(ProgressLine, IsCutByCharactersNotBytes) {
  EXPECT_EQ(cut_to_width("größer", 6), "größer");
  EXPECT_EQ(cut_to_width("größer", 4), "grö…");
  EXPECT_EQ(cut_to_width("größer", 1), "…");
  EXPECT_EQ(cut_to_width("größer", 0), "");
}

TEST(ProgressLine, WhatIsLeftOutTakesNoTime) {
  TimeLeft left(10, 100);
  left.finished(2);
  left.fewer(5);
  EXPECT_DOUBLE_EQ(left.seconds(), 8);
}

TEST(ProgressLine, TimeLeftIsTheMeanOfWhatWasMeasured) {
  TimeLeft left(10, 100);
  EXPECT_EQ(left.seconds(), 100);
  left.finished(4);
  left.finished(2);
  EXPECT_EQ(left.seconds(), 24);
}

TEST(ProgressLine, ResultNamesTimeAndWattsOnlyWhereMeasured) {
  EXPECT_EQ(result_line(kPlace, measured()),
            "trial 2/8  net  null cpu f32 t1 b1  ok  10 ms  15.0 W");
  TrialRecord quick = measured();
  quick.iterations *= 1'000'000;
  EXPECT_EQ(result_line(kPlace, quick), "trial 2/8  net  null cpu f32 t1 b1  ok  10 ns  15.0 W");
  TrialRecord failed;
  failed.status = TrialStatus::kCrashed;
  failed.reason = "worker killed by SIGSEGV";
  failed.energy = {Energy{.scope = "total",
                          .sensor = {},
                          .joules = {},
                          .uncertainty_j = {},
                          .reason = "no_window",
                          .detail = {}}};
  EXPECT_EQ(result_line(kPlace, failed),
            "trial 2/8  net  null cpu f32 t1 b1  crashed  worker killed by SIGSEGV");
}

const IdleBracket kRest{.block = 2,
                        .t1_ns = 2'000'000'000,
                        .host = {},
                        .joules = 13,
                        .uncertainty_j = 0.1,
                        .temperature_c = 41.3,
                        .busy = 0.02};

TEST(ProgressLine, ARestTellsWhatOfItIsKnown) {
  EXPECT_EQ(rest_line("before block 3", kRest),
            "idle before block 3  6.5 W  41 °C  processors 2 % busy");
  EXPECT_EQ(rest_line("after the last block", {}), "idle after the last block");
}

TEST(ProgressLine, TimeLeftCountsTheRestsBetweenTrials) {
  TimeLeft left(10, 100);
  left.rested(2);
  EXPECT_EQ(left.seconds(), 100) << "no trial has told how long one takes";
  left.finished(4);
  EXPECT_EQ(left.seconds(), 54);
}

/// What a style writes for one rest, one good and one bad trial.
std::string written(ProgressStyle style) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* file = ::open_memstream(&text, &size);
  {
    const auto progress = make_progress(style, file);
    progress->begin("night run", 8, 90);
    progress->rest_started("before block 3");
    progress->rest_finished(kRest, 2);
    progress->trial_started(kPlace);
    for (const Phase phase : kPhases) progress->phase_changed(phase);
    progress->trial_finished(measured(), 3);
    progress->warning({.code = "load", .message = "the machine is busy"});
    TrialRecord different = measured();
    different.status = TrialStatus::kDifferent;
    different.reason = "outputs differ";
    progress->trial_finished(different, 3);
    progress->end();
  }
  std::fclose(file);
  std::string all(text, size);
  std::free(text);
  return all;
}

TEST(Progress, APipeGetsPlainLines) {
  const std::string text = written(ProgressStyle::kPlain);
  EXPECT_EQ(text,
            "night run: 8 trials, about 1 min 30 s\n"
            "idle before block 3  6.5 W  41 °C  processors 2 % busy\n"
            "trial 2/8  net  null cpu f32 t1 b1  ok  10 ms  15.0 W\n"
            "warning: the machine is busy\n"
            "trial 2/8  net  null cpu f32 t1 b1  different  10 ms  15.0 W  outputs differ\n");
}

TEST(Progress, AtARateTheTimeIsThatOfACall) {
  TrialRecord record = measured();
  record.resources.facts[WindowFact::kBusy] = {record.window_s() / 4, ""};
  EXPECT_THAT(result_line(kPlace, record), HasSubstr("ok  2.5 ms  15.0 W"));
}

TEST(Progress, QuietKeepsWarnings) {
  EXPECT_EQ(written(ProgressStyle::kQuiet), "warning: the machine is busy\n");
}

TEST(Progress, TheTerminalsLineIsRedrawnAtMostFiveTimesASecond) {
  ::unsetenv("NO_COLOR");
  const std::string text = written(ProgressStyle::kTerminal);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << "begin, warning and failure stay";
  EXPECT_THAT(text, HasSubstr("\r1 min 30 s left  idle before block 3\x1b[K"));
  EXPECT_THAT(text, HasSubstr("\rtrial 2/8  1 min 30 s left  idle  net"));
  EXPECT_THAT(text, HasSubstr("warmup"));
  EXPECT_THAT(text, Not(HasSubstr("ready"))) << "the sixth within a second";
}

TEST(Progress, TheTerminalIsLeftWithAnEmptyLine) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* file = ::open_memstream(&text, &size);
  const auto progress = make_progress(ProgressStyle::kTerminal, file);
  progress->begin("night run", 8, 90);
  progress->phase_changed(Phase::kLoad);
  progress->end();
  std::fclose(file);
  EXPECT_TRUE(std::string_view(text, size).ends_with("\r\x1b[K"));
  std::free(text);
}

TEST(Progress, NoColorIsRespected) {
  ::unsetenv("NO_COLOR");
  EXPECT_THAT(written(ProgressStyle::kTerminal), HasSubstr("\x1b[33mwarning:"));
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_THAT(written(ProgressStyle::kTerminal), Not(HasSubstr("\x1b[3")));
  ::unsetenv("NO_COLOR");
}

TEST(Progress, AMemoryFileIsNoTerminal) {
  std::FILE* file = std::tmpfile();
  EXPECT_EQ(progress_style_for(file), ProgressStyle::kPlain);
  std::fclose(file);
}

}  // namespace
}  // namespace joulemark::run
