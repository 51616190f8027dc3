// SPDX-License-Identifier: Apache-2.0
#include "exchange/csv_trials.h"

#include <gmock/gmock.h>

#include <map>

namespace joulemark::exchange {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CsvTrials : public testing::Test {
 protected:
  Status read(const std::string& csv, const CsvMap& map = {}) {
    trials_.clear();
    if (auto checked = check(map); !checked) return checked;
    TrialCollector collector([this](const TrialRecord& trial) {
      trials_.push_back(trial);
      return Status();
    });
    Status done = parse_csv_trials(csv, "lab.csv", map, collector);
    skipped_ = collector.skipped();
    blocks_ = collector.blocks();
    return done;
  }
  Error error(const std::string& csv, const CsvMap& map = {}) {
    const Status status = read(csv, map);
    return status ? Error{ErrorKind::kFailed, "no error"} : status.error();
  }
  static const Energy& energy(const TrialRecord& trial, const std::string& scope) {
    for (const Energy& each : trial.energy)
      if (each.scope == scope) return each;
    static const Energy kNone;
    return kNone;
  }
  std::vector<TrialRecord> trials_;
  std::vector<Skipped> skipped_;
  int blocks_ = 0;
};

const std::string kHead = "model,engine,block,energy_J,duration_s\n";

CsvMap long_map() {
  return {.fields = {{"model", "model"}, {"engine", "engine"}, {"energy_J", "kwh*3600000"}},
          .constants = {},
          .conditions = {},
          .metric_column = "metric",
          .value_column = "value"};
}

TEST_F(CsvTrials, ColumnsThatAreNamedLikeFieldsAreTakenWithoutAMap) {
  ASSERT_TRUE(read(kHead + "m,e,0,12.5,2\n"));
  ASSERT_EQ(trials_.size(), 1U);
  const TrialRecord& trial = trials_[0];
  EXPECT_EQ(trial.model, "m");
  EXPECT_EQ(configuration_label(trial.configuration), "e b1");
  EXPECT_EQ(trial.iterations, 1);
  EXPECT_DOUBLE_EQ(trial.window_s(), 2);
  EXPECT_EQ(energy(trial, "total").joules, 12.5);
  EXPECT_EQ(energy(trial, "total").energy_class, EnergyClass::kDerived);
}

TEST_F(CsvTrials, WhatIsMissingIsAbsentAndNeverZero) {
  for (const char* nothing : {"", "NA", "n/a", "NaN", "null", "-"}) {
    ASSERT_TRUE(read(kHead + "m,e,0," + nothing + "," + nothing + "\n"));
    const Energy& total = energy(trials_.at(0), "total");
    EXPECT_EQ(total.energy_class, EnergyClass::kAbsent);
    EXPECT_EQ(total.reason, "not_recorded");
    EXPECT_FALSE(total.joules);
    EXPECT_THAT(trials_[0].phases, IsEmpty());
  }
}

TEST_F(CsvTrials, TheTotalIsTheSumOfTheScopesWhereNoColumnHasIt) {
  ASSERT_TRUE(read("model,engine,block,cpu_energy_J,gpu_energy_J\nm,e,a,1,2\nm,e,b,1,\n"));
  EXPECT_EQ(energy(trials_.at(0), "total").joules, 3);
  EXPECT_FALSE(energy(trials_.at(1), "total").joules) << "an incomplete sum is no total";
  EXPECT_EQ(energy(trials_.at(1), "gpu").reason, "not_recorded");
  EXPECT_EQ(energy(trials_.at(1), "cpu").joules, 1);
}

TEST_F(CsvTrials, BlocksAreNumberedInTheOrderOfTheirAppearance) {
  ASSERT_TRUE(read("model,engine,block\nm,e,day 2\nm,f,day 2\nm,e,day 1\n"));
  EXPECT_EQ(trials_[0].block, 0);
  EXPECT_EQ(trials_[1].position, 1);
  EXPECT_EQ(trials_[2].block, 1);
  EXPECT_EQ(blocks_, 2);
}

TEST_F(CsvTrials, AMapNamesColumnsAndChangesUnits) {
  const CsvMap map{
      .fields = {{"model", "Net"}, {"energy_J", "Energy, kJ*1000"}, {"duration_s", "t*x"}},
      .constants = {{"engine", "torch"}, {"threads", "4"}},
      .conditions = {{"run", "good"}},
      .metric_column = "",
      .value_column = ""};
  ASSERT_TRUE(read("Net,run,\"Energy, kJ\",t*x\na,good,1.5,3\nb,bad,x,y\n", map));
  ASSERT_EQ(trials_.size(), 1U);
  EXPECT_EQ(energy(trials_[0], "total").joules, 1500);
  EXPECT_EQ(configuration_label(trials_[0].configuration), "torch t4 b1");
  ASSERT_EQ(skipped_.size(), 1U);
  EXPECT_EQ(skipped_[0].count, 1U);
}

TEST_F(CsvTrials, ALongFileHasOneValueARow) {
  ASSERT_TRUE(read("model,engine,metric,value\nm,e,kwh,2\nm,f,kwh,1\nm,e,watts,7\n", long_map()));
  ASSERT_EQ(trials_.size(), 2U);
  EXPECT_EQ(energy(trials_[0], "total").joules, 7.2e6);
  ASSERT_EQ(skipped_.size(), 1U);
  EXPECT_THAT(skipped_[0].what, HasSubstr("'watts'"));
}

TEST_F(CsvTrials, MetricsThatAreNamedLikeFieldsNeedNoMap) {
  CsvMap map = long_map();
  map.fields.clear();
  ASSERT_TRUE(
      read("model,engine,metric,value\nm,e,energy_J,2\nm,e,cpu_energy_J,1\nm,f,energy_J,3\n", map));
  ASSERT_EQ(trials_.size(), 2U);
  EXPECT_EQ(energy(trials_[0], "cpu").joules, 1);
  EXPECT_EQ(energy(trials_[1], "cpu").reason, "not_recorded") << "others of the file have it";
}

TEST_F(CsvTrials, WhatMayFallMayBeNegative) {
  ASSERT_TRUE(read("model,engine,block,energy_J,warmup_trend,clock_step_s\nm,e,0,1,-0.01,-2\n"));
  const WindowFacts& facts = trials_[0].resources.facts;
  EXPECT_EQ(facts.at(WindowFact::kWarmupTrend).value, -0.01);
  EXPECT_EQ(facts.at(WindowFact::kClockStep).value, -2);
}

TEST_F(CsvTrials, BadValuesNameFileRowAndColumn) {
  const std::map<std::string, std::string> cases = {
      {"m,e,0,\"1,5\",2\n",
       "cannot import 'lab.csv': row 1: column 'energy_J': '1,5' is no number; write "
       "decimals with a point and thousands without a sign"},
      {"m,e,0,1,2\nm,f,0,1 J,2\n", "row 2: column 'energy_J': '1 J' is no number"},
      {"m,e,0,-1,2\n", "row 1: column 'energy_J': -1 is negative"},
      {"m,e,0,1,-2\n", "row 1: column 'duration_s': -2 is negative"},
      {"m,e,0,1,1e300\n", "row 1: column 'duration_s': must be at most"},
      {"m,e,0,inf,1\n", "'inf' is no number"},
      {",e,0,1,1\n", "row 1: the trial has no model"},
      {"m,e,0,1,1\nm,f,0,1,1\nm,e,0,1,1\n",
       "row 3: a second trial of 'm', 'e b1' in one block, the first is row 1; map 'block'"}};
  for (const auto& [rows, why] : cases) {
    const Error wrong = error(kHead + rows);
    EXPECT_EQ(wrong.kind, ErrorKind::kFailed) << rows;
    EXPECT_THAT(wrong.message, HasSubstr(why));
  }
}

TEST_F(CsvTrials, WordsOutsideOfTheirListsAreRefused) {
  EXPECT_THAT(
      error("model,engine,status\nm,e,crahsed\n").message,
      HasSubstr("'crahsed' is no status; there is: ok, failed, unsupported, crashed, timeout, "
                "out_of_memory, different; did you mean 'crashed'?"));
  EXPECT_THAT(error("model,engine,energy_class,energy_J\nm,e,absent,2\n").message,
              HasSubstr("energy_class is 'absent' and there is an energy"));
  EXPECT_THAT(error("model,engine,threads\nm,e,1.5\n").message,
              HasSubstr("must be a whole number"));
  EXPECT_THAT(error("model,engine,batch\nm,e,0\n").message, HasSubstr("must be a whole number"));
  EXPECT_THAT(error("model,engine,latencies_ms\nm,e,1 x\n").message, HasSubstr("'x' is no number"));
  EXPECT_THAT(error("model,engine,options\nm,e,fast\n").message, HasSubstr("KEY=VALUE"));
}

TEST_F(CsvTrials, MistakesOfTheMapAreThoseOfTheCommandLine) {
  const auto usage = [&](const CsvMap& map, const std::string& why) {
    const Error wrong = error("model,engine,joule\nm,e,1\n", map);
    EXPECT_EQ(wrong.kind, ErrorKind::kUsage) << wrong.message;
    EXPECT_THAT(wrong.message, HasSubstr(why));
  };
  CsvMap map{.fields = {{"model", "model"}, {"engine", "engine"}},
             .constants = {},
             .conditions = {},
             .metric_column = "",
             .value_column = ""};
  CsvMap other = map;
  other.fields.push_back({"energyJ", "joule"});
  usage(other, "a trial has no field 'energyJ'; 'joulemark help fields' lists them; did you mean");
  other = map;
  other.fields.push_back({"energy_J", "joules"});
  usage(other, "it has no column 'joules'; did you mean 'joule'?");
  other = map;
  other.fields.push_back({"energy_J", "z"});
  usage(other, "it has no column 'z'; there is: model, engine, joule");
  other = map;
  other.constants = {{"model", "x"}};
  usage(other, "'model' is given twice");
  other = map;
  other.constants = {{"batch", "many"}};
  usage(other, "cannot set 'batch': 'many' is no number");
  other = map;
  other.conditions = {{"run", "1"}};
  usage(other, "it has no column 'run'");
  other = map;
  other.metric_column = "joule";
  usage(other, "--metric and --value");
  other.value_column = "nothing";
  usage(other, "it has no column 'nothing'");
  other.value_column = "joule";
  other.fields.push_back({"energy_J", "Joule"});
  usage(other, "neither a column nor a metric is named 'Joule'");
  usage({.fields = {{"model", "model"}},
         .constants = {},
         .conditions = {},
         .metric_column = "",
         .value_column = ""},
        "nothing says the engine; name its column with --map engine=COLUMN");
  usage({.fields = {{"model", "model*2"}},
         .constants = {},
         .conditions = {},
         .metric_column = "",
         .value_column = ""},
        "'model' is no number and has no factor");
}

TEST_F(CsvTrials, ASecondValueOfOneTrialInALongFileIsRefused) {
  const Error wrong = error("model,engine,metric,value\nm,e,kwh,2\nm,e,kwh,3\n", long_map());
  EXPECT_THAT(wrong.message,
              HasSubstr("row 2: a second 'kwh' of the trial that begins in row 1; map 'block'"));
}

TEST_F(CsvTrials, PositionsThatAreTakenAreRefused) {
  EXPECT_THAT(error("model,engine,position\nm,e,4\nm,f,4\n").message,
              HasSubstr("row 2: position 4 of block 0 is taken by row 1"));
  ASSERT_TRUE(read(
      "model,engine,position,attempt,status\nm,e,2147483647,0,crashed\nm,e,2147483647,1,ok\n"));
  EXPECT_EQ(trials_[1].attempt, 1);
}

TEST_F(CsvTrials, TimesOfCallsKeepEveryNanosecond) {
  ASSERT_TRUE(read("model,engine,latencies_ms\nm,e,0.000001 1.234567;86400000.000001\n"));
  EXPECT_THAT(trials_[0].durations_ns, ElementsAre(1, 1234567, 86400000000001));
}

}  // namespace
}  // namespace joulemark::exchange
