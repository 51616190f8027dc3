// SPDX-License-Identifier: Apache-2.0
// The JSON has the keys that docs/json-output.md promises, and nothing that is not JSON.
#include "report/json_report.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "verdict/example_record.h"

namespace joulemark::report {
namespace {

namespace example = verdict::example;
using Json = nlohmann::json;

const Configuration kOrt = example::configuration("onnxruntime");
const Configuration kOv = example::configuration("openvino");

ExperimentRecord example_record() {
  ExperimentRecord record =
      example::record({{kOrt, example::around(1.3e-3)}, {kOv, example::around(1e-3)}});
  record.trials.push_back(example::ended(example::trial(example::configuration("torch"), 0, 1),
                                         TrialStatus::kCrashed, "signal 11"));
  record.toml = "name = \"example\"";
  record.hosts = {{.key = "host", .facts = {{"cpu", "a CPU"}}}};
  return record;
}

Json full(const ExperimentRecord& record) {
  return Json::parse(
      to_json(build_report_model(record, verdict::judge(record)), JsonDetail::kFull));
}

/// Every null has a sibling "<key>_reason", arrays of numbers apart.
void expect_reasons(const Json& json, const std::string& path) {
  if (json.is_array()) {
    for (const Json& item : json) expect_reasons(item, path + "[]");
  }
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    if (value.is_null()) {
      EXPECT_TRUE(json.contains(key + "_reason")) << path << "." << key;
    }
    expect_reasons(value, path + "." + key);
  }
}

TEST(JsonReport, HoldsTheVerdictAndARowPerConfiguration) {
  const ExperimentRecord record = example_record();
  const Json json = Json::parse(render_json(record, verdict::judge(record)));
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["experiment"]["name"], "example");
  const Json& model = json["verdict"]["models"][0];
  EXPECT_EQ(model["outcome"], "better");
  EXPECT_EQ(model["metric"], "time_per_inference_s");
  EXPECT_EQ(model["best"], 0);
  EXPECT_EQ(model["best_set"], Json::array({0}));
  EXPECT_EQ(model["rows"], Json::array({0, 1, 2}));
  EXPECT_EQ(model["sentence"], json["verdict"]["sentence"]);
  ASSERT_EQ(json["rows"].size(), 3u);
  const Json& row = json["rows"][1];
  EXPECT_EQ(row["configuration"]["label"], "onnxruntime cpu f32 t2 b1");
  EXPECT_EQ(row["standing"], "worse");
  EXPECT_NEAR(row["ratio"]["value"].get<double>(), 1.3, 1e-6);
  EXPECT_EQ(row["ratio"]["blocks"], 5);
  EXPECT_EQ(row["metrics"]["latency_p50_ms"]["n"], 5);
  EXPECT_NEAR(row["metrics"]["latency_p50_ms"]["value"].get<double>(), 1.3, 0.01);
  EXPECT_FALSE(json.contains("trials"));
}

TEST(JsonReport, StandingsHaveTheirDocumentedNames) {
  const std::vector<double> best = {1.000e-3, 1.010e-3, 0.990e-3, 1.005e-3};
  const auto times = [&](double ratio, double noise) {
    std::vector<double> values = best;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] *= ratio + (i % 2 == 0 ? 0 : noise);
    return values;
  };
  const auto named = [](const char* engine) { return example::configuration(engine); };
  const ExperimentRecord record = example::record({{named("a"), best},
                                                   {named("b"), times(1.01, 0.0005)},
                                                   {named("c"), times(1.028, 0.002)},
                                                   {named("d"), times(1.1, 0.5)},
                                                   {named("e"), times(4, 0.001)}});
  const Json json = full(record);
  std::map<std::string, std::string> standings;
  std::map<std::string, bool> in_best_set;
  for (const Json& row : json["rows"]) {
    const std::string engine = row["configuration"]["engine"];
    standings[engine] = row["standing"];
    in_best_set[engine] = row["in_best_set"];
  }
  EXPECT_EQ(
      standings,
      (std::map<std::string, std::string>{
          {"a", "best"}, {"b", "tied"}, {"c", "behind"}, {"d", "unresolved"}, {"e", "worse"}}));
  EXPECT_EQ(in_best_set, (std::map<std::string, bool>{
                             {"a", true}, {"b", true}, {"c", true}, {"d", true}, {"e", false}}));
}

TEST(JsonReport, AbsentIsNullWithItsReason) {
  const ExperimentRecord record = example_record();
  const Json json = full(record);
  const Json& energy = json["rows"][0]["metrics"]["energy_per_inference_J"];
  EXPECT_TRUE(energy["value"].is_null());
  EXPECT_EQ(energy["value_reason"], "vm");
  EXPECT_EQ(json["rows"][2]["ratio_reason"], "unranked");
  EXPECT_EQ(json["rows"][2]["metrics"]["latency_p50_ms"]["value_reason"], "no_trial");
  expect_reasons(json, "");
}

TEST(JsonReport, SaysWhatTheJoulesCover) {
  ExperimentRecord record = example_record();
  EXPECT_EQ(Json::parse(render_json(record, verdict::judge(record)))["energy_basis"], "");
  for (TrialRecord& trial : record.trials) trial = example::with_joules(trial, 20);
  const std::string basis = full(record)["energy_basis"];
  EXPECT_EQ(basis.find("energy: hardware counters (RAPL), gross (idle included), ± 0.2 %"), 0U);
}

TEST(JsonReport, OneRepetitionHasNoIntervalAndSaysWhy) {
  const ExperimentRecord record = example::record({{kOrt, {1e-3}}, {kOv, {2e-3}}});
  const Json json = full(record);
  EXPECT_EQ(json["rows"][1]["ratio"]["lo_reason"], "too_few");
  EXPECT_EQ(json["rows"][0]["metrics"]["time_per_inference_s"]["cv_reason"], "too_few");
  expect_reasons(json, "");
}

TEST(JsonReport, AttemptsThatWereSetAsideStandApartWithTheirCauses) {
  ExperimentRecord record = example_record();
  record.trials[1].invalid = {{"steal", "taken"}, {"gap", "none"}};
  record.set_aside = {example::trial(kOv, 3, 5e-3)};
  record.set_aside[0].invalid = {{"foreign_load", "others"}};
  const Json json = full(record);
  ASSERT_EQ(json["set_aside"].size(), 1u);
  const Json& aside = json["set_aside"][0];
  EXPECT_EQ(json["rows"][aside["row"].get<std::size_t>()]["configuration"]["label"],
            configuration_label(kOv));
  EXPECT_EQ(aside["block"], 3);
  EXPECT_EQ(aside["metric"], "time_per_inference_s");
  EXPECT_DOUBLE_EQ(aside["value"].get<double>(), 5e-3);
  EXPECT_EQ(aside["causes"], Json::parse(R"([{"code":"foreign_load","message":"others"}])"));
  EXPECT_EQ(json["trials"]["row"].size(), 11u) << "it is in no column";
  EXPECT_EQ(json["trials"]["disturbed"][1], "steal gap");
  EXPECT_EQ(json["trials"]["disturbed"][0], "");
  EXPECT_EQ(Json::parse(render_json(record, verdict::judge(record)))["set_aside"].size(), 1u);
}

TEST(JsonReport, FlaggedRepetitionsAreListedWithTheRatiosWithoutThem) {
  ExperimentRecord record = example_record();
  record.trials[0] = example::trial(kOrt, 0, 9e-3);
  const Json json = full(record)["verdict"]["models"][0]["flagged"];
  ASSERT_EQ(json["repetitions"].size(), 1u);
  EXPECT_EQ(json["repetitions"][0]["row"], 1);
  EXPECT_EQ(json["repetitions"][0]["block"], 0);
  EXPECT_GT(json["repetitions"][0]["times_median"].get<double>(), 5);
  ASSERT_EQ(json["ratios"].size(), 1u);
  EXPECT_GT(json["ratios"][0]["with"].get<double>(), json["ratios"][0]["without"].get<double>());
  EXPECT_EQ(full(example_record())["verdict"]["models"][0]["flagged"]["repetitions"].size(), 0u);
}

TEST(JsonReport, FullHoldsColumnsDistributionsAndTimelines) {
  const Json json = full(example_record());
  EXPECT_EQ(json["trials"]["row"].size(), 11u);
  EXPECT_EQ(json["trials"]["status"][10], "crashed");
  EXPECT_EQ(json["trials"]["metrics"]["latency_p50_ms"].size(), 11u);
  EXPECT_TRUE(json["trials"]["metrics"]["latency_p50_ms"][10].is_null());
  EXPECT_NEAR(json["trials"]["ratio_to_best"][0].get<double>(), 1.3, 1e-6);
  EXPECT_EQ(json["trials"]["ratio_to_best"][1], 1);
  EXPECT_TRUE(json["trials"]["ratio_to_best"][10].is_null());
  ASSERT_EQ(json["latency"].size(), 3u);
  EXPECT_EQ(json["latency"][0]["count"], 5000);
  EXPECT_EQ(json["latency"][2]["count"], 0);
  EXPECT_EQ(json["timelines"][0]["kind"], "typical");
  EXPECT_EQ(json["hosts"][0]["facts"][0], Json::array({"cpu", "a CPU"}));
  EXPECT_EQ(json["experiment"]["toml"], "name = \"example\"");
}

TEST(JsonReport, HostileTextAndNonNumbersStayJson) {
  ExperimentRecord record = example_record();
  record.experiment.name = "</script><script>alert(1)\xff\x1b";
  record.experiment.margin = std::numeric_limits<double>::infinity();
  record.trials[0].started_at = std::numeric_limits<double>::quiet_NaN();
  const Json json = full(record);
  EXPECT_EQ(json["experiment"]["name"], "</script><script>alert(1)\uFFFD\x1b");
  EXPECT_TRUE(json["trials"]["started_at"][0].is_null());
}

TEST(JsonReport, HoldsWhatWasFoundOnTheMachine) {
  ExperimentRecord record = example_record();
  record.findings = {{"governor", Severity::kWarning, "it is 'powersave'", "it varies", "tee"}};
  const Json finding = {{"code", "governor"},
                        {"severity", "warning"},
                        {"message", "it is 'powersave'"},
                        {"why", "it varies"},
                        {"remedy", "tee"}};
  EXPECT_EQ(full(record)["findings"], Json::array({finding}));
  EXPECT_EQ(Json::parse(render_json(record, verdict::judge(record)))["findings"],
            Json::array({finding}));
}

TEST(JsonReport, AnEmptyExperimentIsValid) {
  const Json json = full(ExperimentRecord{});
  EXPECT_EQ(json["verdict"]["sentence"], "Nothing was measured.");
  EXPECT_TRUE(json["rows"].empty());
}

TEST(JsonReport, TellsTheMachineAtRestAndEnergiesWithoutIt) {
  ExperimentRecord record =
      example::record({{kOrt, example::around(1.3e-3)}, {kOv, example::around(1e-3)}});
  for (TrialRecord& trial : record.trials) trial = example::with_joules(trial, 20);
  IdleBracket bracket;
  bracket.t1_ns = 500'000'000;
  bracket.host = "host";
  bracket.joules = 4;
  bracket.uncertainty_j = 0.05;
  bracket.busy = 0.02;
  record.brackets = {bracket, {}};
  const Json json = Json::parse(render_json(record, verdict::judge(record)));
  const Json& first = json["idle_brackets"][0];
  EXPECT_EQ(first["block"], 0);
  EXPECT_EQ(first["W"], 8);
  EXPECT_EQ(first["uncertainty_W"], 0.1);
  EXPECT_EQ(first["busy"], 0.02);
  EXPECT_EQ(first["temperature_C_reason"], "absent");
  EXPECT_EQ(json["idle_brackets"][1]["W_reason"], "not_measured");
  const std::size_t of_ov = json["rows"][0]["configuration"]["engine"] == "openvino" ? 0 : 1;
  const Json& row = json["rows"][of_ov];
  EXPECT_NEAR(row["metrics"]["energy_above_idle_J"]["value"].get<double>(), 0.012, 1e-12);
  EXPECT_GT(row["metrics"]["energy_above_idle_uncertainty_J"]["value"], 0.0001);
  EXPECT_EQ(row["energy_above_idle_text"], "12.00 ± 0.20 mJ");
  EXPECT_EQ(row["energy_above_ready_text"], "");
  EXPECT_EQ(row["metrics"]["energy_above_ready_J"]["value_reason"], "no_ready_phase");
  expect_reasons(json, "");
}

}  // namespace
}  // namespace joulemark::report
