// SPDX-License-Identifier: Apache-2.0
// An analysis as JSON and as tables: every number or its reason, and nothing that is not JSON.
#include "report/analysis.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace joulemark::report {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Samples = std::vector<std::vector<double>>;

const Samples kGroups = {{1, 2, 4, 5.5}, {3, 4.5, 8, 9}, {2, 2.5, 7, 11}};

Analysis analysis_of(const Samples& groups) {
  Analysis analysis;
  analysis.value = "energy_J";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    analysis.groups.push_back("g" + std::to_string(i));
    analysis.missing.push_back(i);
  }
  analysis.battery = stats::analyse(groups, {}, {.resamples = 200});
  return analysis;
}

Json json_of(const Analysis& analysis) {
  return Json::parse(analysis_json(analysis).dump());
}

/// Paths of numbers that are null without a reason beside them.
void collect_bare(const Json& node, const std::string& path, std::vector<std::string>& found) {
  for (const auto& [key, value] : node.items()) {
    const std::string here = path + "/" + key;
    if (value.is_null() && !(node.is_object() && node.contains(key + "_reason")))
      found.push_back(here);
    if (value.is_structured()) collect_bare(value, here, found);
  }
}

std::vector<std::string> bare(const Json& json) {
  std::vector<std::string> found;
  collect_bare(json, "", found);
  return found;
}

const table::Table& table_named(const std::vector<table::Table>& tables, const std::string& name) {
  static const table::Table none;
  for (const auto& table : tables)
    if (table.name == name) return table;
  ADD_FAILURE() << "no table " << name;
  return none;
}

TEST(AnalysisJson, HasTheKeysOfTheContract) {
  const Json json = json_of(analysis_of(kGroups));
  EXPECT_EQ(json["value"], "energy_J");
  EXPECT_EQ(json["scale"], "raw");
  EXPECT_FALSE(json.contains("model"));
  const Json& group = json["groups"][2];
  EXPECT_EQ(group["name"], "g2");
  EXPECT_EQ(group["n"], 4);
  EXPECT_EQ(group["missing"], 2);
  for (const char* key : {"mean", "median", "sd", "cv"}) EXPECT_TRUE(group[key].is_number()) << key;
  for (const char* key : {"mean_ci", "bca_mean", "bca_median"}) EXPECT_EQ(group[key].size(), 2u);
  EXPECT_TRUE(group["shapiro_wilk"]["w"].is_number() && group["shapiro_wilk"]["p"].is_number());
  for (const char* key : {"levene", "welch_anova"})
    for (const char* number : {"statistic", "df1", "df2", "p"})
      EXPECT_TRUE(json[key][number].is_number()) << key << number;
  EXPECT_EQ(json["kruskal_wallis"]["df"], 2);
  const Json& pair = json["pairs"][1];
  EXPECT_EQ(pair["a"], "g0");
  EXPECT_EQ(pair["b"], "g2");
  EXPECT_EQ(pair["welch_t"]["ci"].size(), 2u);
  for (const char* key : {"p", "p_exact"}) EXPECT_TRUE(pair["mann_whitney"].contains(key));
  EXPECT_TRUE(pair["dunn"]["p_holm"].is_number() && pair["games_howell"]["p"].is_number());
  for (const char* key : {"hodges_lehmann", "cliffs_delta", "a12", "hedges_g"})
    EXPECT_TRUE(pair[key].is_number()) << key;
}

TEST(AnalysisJson, NumbersAreThoseOfTheBatteryToTheLastDigit) {
  const Analysis analysis = analysis_of(kGroups);
  const Json json = json_of(analysis);
  EXPECT_EQ(json["groups"][0]["mean"].get<double>(), analysis.battery.groups[0].mean);
  EXPECT_EQ(json["groups"][0]["bca_mean"][1].get<double>(), analysis.battery.groups[0].bca_mean.hi);
  EXPECT_EQ(json["anova"]["p"].get<double>(), analysis.battery.anova.test.p);
  EXPECT_EQ(json["pairs"][2]["games_howell"]["p"].get<double>(),
            analysis.battery.pairs[2].games_howell.test.p);
  EXPECT_EQ(json["pairs"][2]["games_howell"]["df"].get<double>(),
            analysis.battery.pairs[2].games_howell.test.df2);
}

TEST(AnalysisJson, WhatIsUndefinedIsNullWithItsReason) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Json json = json_of(analysis_of({{1, 1, 1}, {1}, {1, nan, 2}, {}}));
  EXPECT_THAT(bare(json), IsEmpty());
  EXPECT_EQ(json["groups"][0]["shapiro_wilk_reason"], "constant");
  EXPECT_EQ(json["groups"][0]["shapiro_wilk"]["w_reason"], "constant");
  EXPECT_EQ(json["groups"][0]["bca_mean"], (Json{1.0, 1.0}));
  EXPECT_EQ(json["groups"][1]["sd_reason"], "too_few");
  EXPECT_EQ(json["groups"][2]["mean_reason"], "not_finite");
  EXPECT_EQ(json["groups"][3]["mean_reason"], "too_few");
  EXPECT_EQ(json["kruskal_wallis_reason"], "not_finite");
}

TEST(AnalysisJson, IsCompleteForAnyData) {
  const double huge = std::numeric_limits<double>::max();
  const std::vector<Samples> cases = {{},
                                      {{}},
                                      {{1}, {2}},
                                      {{1, 2}, {3, 3}},
                                      {{huge, -huge, 0}, {1, HUGE_VAL, 2}},
                                      {{5e-324, 0, 1e-310}, {0, 0, 0}},
                                      {{1, 1, 2}, {2, 2, 1}}};
  for (const Samples& groups : cases) EXPECT_THAT(bare(json_of(analysis_of(groups))), IsEmpty());
}

TEST(AnalysisJson, HasCorrelationsAndEffectsWhereThereAreSome) {
  Analysis analysis = analysis_of(kGroups);
  analysis.model = "phi2";
  const std::vector<double> x = {1, 2, 3, 5};
  const std::vector<double> y = {1, 4, 3, 9};
  analysis.correlation = {.with = "seconds",
                          .n = 4,
                          .pearson = stats::pearson(x, y),
                          .spearman = stats::spearman(x, y),
                          .kendall = stats::kendall(x, y),
                          .pearson_ci = stats::pearson_interval(x, y)};
  stats::FactorialEffect effect;
  effect.test = {.statistic = 4, .df1 = 1, .df2 = 8, .p = 0.08, .outcome = stats::Outcome::kOk};
  analysis.factorial = {.effects = {"engine"},
                        .anova = {effect},
                        .art = {stats::TestResult()},
                        .outcome = stats::Outcome::kOk};
  const Json json = json_of(analysis);
  EXPECT_EQ(json["model"], "phi2");
  EXPECT_EQ(json["correlation"]["with"], "seconds");
  EXPECT_NEAR(json["correlation"]["spearman"]["rho"].get<double>(), 0.8, 1e-15);
  EXPECT_EQ(json["correlation"]["pearson"]["ci"].size(), 2u);
  EXPECT_EQ(json["factorial"]["effects"][0]["effect"], "engine");
  EXPECT_EQ(json["factorial"]["effects"][0]["anova"]["df2"], 8);
  EXPECT_EQ(json["factorial"]["effects"][0]["art_reason"], "too_few");
  EXPECT_THAT(bare(json), IsEmpty());

  std::vector<std::string> names;
  for (const auto& table : analysis_tables(analysis)) names.push_back(table.name);
  EXPECT_THAT(names, ElementsAre("groups", "tests", "pairs", "correlation", "factorial"));
  EXPECT_EQ(table_named(analysis_tables(analysis), "groups").title, "phi2, energy_J: 3 groups");
}

/// All that options and designs can add to an analysis.
Analysis complete(const Samples& groups) {
  const std::vector<std::vector<std::size_t>> blocks(groups.size(), {0, 1, 2, 3});
  Analysis analysis = analysis_of(groups);
  analysis.battery = stats::analyse(
      groups, blocks,
      {.resamples = 200, .resampling = stats::PairResampling::kAll, .quantiles = {0.5, 0.9}});
  std::vector<double> values;
  std::vector<std::vector<std::size_t>> levels(2);
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::size_t i = 0; i < groups[g].size(); ++i) {
      values.push_back(groups[g][i]);
      levels[0].push_back(g);
      levels[1].push_back(i);
    }
  const stats::FactorialDesign design{.values = values, .levels = levels};
  analysis.mixed = {.factors = {"engine", "block"},
                    .random = {"block"},
                    .slopes = stats::mixed_random_slopes(design, 1),
                    .intercepts = stats::mixed_random_intercepts(design, 2)};
  analysis.nested = NestedAnalysis{.levels = {"process", "row"}, .groups = {}, .ratios = {}};
  for (const auto& group : groups) {
    const stats::NestedSummary summary =
        stats::nested_summary({.values = group, .counts = std::vector<std::size_t>{2, 2}});
    analysis.nested->groups.push_back(
        {.counts = {2, 2},
         .summary = summary,
         .repetitions = stats::optimal_repetitions(summary.levels, std::vector<double>{9, 1})});
  }
  for (const auto& pair : analysis.battery.pairs)
    analysis.nested->ratios.push_back({.estimate = 1.5 + static_cast<double>(pair.b)});
  return analysis;
}

TEST(AnalysisJson, HasWhatOptionsAndDesignsAdd) {
  const Json json = json_of(complete(kGroups));
  EXPECT_THAT(bare(json), IsEmpty());
  EXPECT_EQ(json["groups"][0]["theil_sen"]["slope"], 1.5);
  EXPECT_EQ(json["groups"][0]["quantiles"][0]["value"], 3);
  EXPECT_EQ(json["groups"][0]["quantiles"][1]["ci_reason"], "too_few");
  EXPECT_EQ(json["groups"][0]["quantiles"][1]["conservative_reason"], "too_few");
  EXPECT_TRUE(json["permutation_blocks"]["exact"]);
  const Json& pair = json["pairs"][0];
  EXPECT_TRUE(pair["permutation"]["exact"]);
  EXPECT_EQ(pair["permutation_paired"]["p"], 0.125);  // 2 of 2⁴ signs
  EXPECT_NEAR(pair["bca_ratio_of_means"].get<double>(), 12.5 / 24.5, 1e-15);
  for (const char* key :
       {"bca_ratio_of_means_ci", "bca_difference_of_medians_ci", "bca_paired_ratio_of_medians_ci"})
    EXPECT_EQ(pair[key].size(), 2U) << key;
  EXPECT_EQ(json["mixed"]["random"], Json::array({"block"}));
  EXPECT_EQ(json["mixed"]["slopes"]["effects"][0]["effect"], "engine");
  EXPECT_EQ(json["mixed"]["slopes"]["effects"][0]["with_random_reason"], "too_few");
  EXPECT_EQ(json["mixed"]["intercepts"]["effects"][0]["test"]["df2"], 6);
  EXPECT_EQ(json["mixed"]["intercepts"]["components"][0]["of"], "block");
  EXPECT_EQ(json["mixed"]["intercepts"]["components"].back()["of"], "residual");
  EXPECT_EQ(json["nested"]["groups"][0]["levels"][1]["count"], 2);
  EXPECT_TRUE(json["nested"]["groups"][0]["levels"][1]["optimal_repetitions"].is_number());
  EXPECT_EQ(json["nested"]["ratios"][1]["ratio"], 3.5);
}

TEST(AnalysisJson, LogarithmsHaveNoRatios) {
  Analysis analysis = complete(kGroups);
  analysis.scale = "ln";
  const Json pair = json_of(analysis)["pairs"][0];
  EXPECT_FALSE(pair.contains("bca_ratio_of_means"));
  EXPECT_FALSE(pair.contains("bca_paired_ratio_of_medians"));
  EXPECT_TRUE(pair.contains("bca_difference_of_means"));
}

TEST(AnalysisJson, IsCompleteForDegenerateDataWithAllOptions) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Samples& groups :
       {Samples{{1, 1, 1, 1}, {2, 2, 2, 2}}, Samples{{1, 2, nan, 4}, {1, 2, 3, 5}},
        Samples{{0, 0, 0, 0}, {0, 0, 0, 0}}})
    EXPECT_THAT(bare(json_of(complete(groups))), IsEmpty());
}

TEST(AnalysisTables, HaveWhatOptionsAndDesignsAdd) {
  std::vector<std::string> names;
  for (const table::Table& table : analysis_tables(complete(kGroups))) {
    names.push_back(table.name);
    EXPECT_FALSE(table.rows.empty()) << table.name;
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.name;
  }
  EXPECT_THAT(names, ElementsAre("groups", "quantiles", "tests", "pairs", "paired", "resampled",
                                 "mixed", "nested", "nested_ratios"));
}

TEST(AnalysisTables, EveryRowHasACellForEachColumn) {
  const std::vector<std::vector<std::size_t>> blocks(3, {0, 1, 2, 3});
  Analysis analysis = analysis_of(kGroups);
  analysis.battery = stats::analyse(kGroups, blocks, {.resamples = 200});
  const auto tables = analysis_tables(analysis);
  ASSERT_EQ(tables.size(), 4u);
  for (const table::Table& table : tables) {
    EXPECT_FALSE(table.rows.empty()) << table.name;
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << table.name;
  }
  EXPECT_EQ(table_named(tables, "tests").rows.size(), 8u);
  EXPECT_EQ(table_named(tables, "paired").rows[0][2].text, "4");
}

TEST(AnalysisTables, ACellShowsFourDigitsAndHoldsThemAll) {
  const auto tables = analysis_tables(analysis_of(kGroups));
  const auto& first = table_named(tables, "groups").rows[0];
  EXPECT_THAT(first[2].text, HasSubstr("3.125 ["));
  EXPECT_EQ(first[2].raw, "3.125");
  const auto& anova = table_named(tables, "tests").rows[4];
  EXPECT_EQ(anova[0].text, "ANOVA");
  EXPECT_EQ(anova[3].raw, "2");
  EXPECT_EQ(anova[4].raw, "9");
  const auto& bartlett = table_named(tables, "tests").rows[2];
  EXPECT_EQ(bartlett[4].text, "");
}

TEST(AnalysisTables, AMissingNumberIsADashWithItsReason) {
  const auto tables = analysis_tables(analysis_of({{1, 1, 1}, {2}}));
  const auto& row = table_named(tables, "groups").rows[0];
  EXPECT_EQ(row[6].text, "– (constant)");
  EXPECT_EQ(row[6].raw, "NA");
  EXPECT_EQ(table_named(tables, "groups").rows[1][4].text, "– (too_few)");
}

TEST(AnalysisTables, OneGroupHasNoTestsAndNoPairs) {
  EXPECT_EQ(analysis_tables(analysis_of({{1, 2, 3}})).size(), 1u);
}

}  // namespace
}  // namespace joulemark::report
