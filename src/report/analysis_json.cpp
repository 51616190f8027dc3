// SPDX-License-Identifier: Apache-2.0
// What data do not allow is null, with the outcome's name beside it.
#include <nlohmann/json.hpp>

#include "report/analysis.h"
#include "report/analysis_design.h"
#include "report/json_values.h"
#include "report/outcome_json.h"

namespace joulemark::report {
namespace {

using Json = nlohmann::ordered_json;
using stats::Interval;
using stats::Outcome;
using stats::TestResult;

/// The reason of a number that needs one value, or two.
const char* few(double value) {
  return std::isnan(value) ? "too_few" : "not_finite";
}

Json quantiles_json(const std::vector<stats::GroupQuantile>& quantiles) {
  Json list = Json::array();
  for (const stats::GroupQuantile& quantile : quantiles) {
    const stats::QuantileInterval& found = quantile.found;
    Json each = {{"p", quantile.p}};
    put(each, "value", found.interval.estimate, to_string(found.interval.outcome));
    put_interval(each, "ci", found.interval);
    put(each, "ci_coverage", found.coverage, to_string(found.interval.outcome));
    put(each, "conservative", quantile.conservative.value,
        to_string(quantile.conservative.outcome));
    list.push_back(std::move(each));
  }
  return list;
}

Json group_json(const Analysis& analysis, std::size_t index) {
  const stats::GroupAnalysis& group = analysis.battery.groups[index];
  Json json = {{"name", analysis.groups[index]}, {"n", group.n}};
  json["missing"] = analysis.missing[index];
  const bool spoilt = group.shapiro_wilk.outcome == Outcome::kNotFinite;
  for (const Member& member :
       {Member{"mean", group.mean}, Member{"median", group.median}, Member{"sd", group.sd},
        Member{"cv", group.cv}, Member{"min", group.min}, Member{"max", group.max}})
    put(json, member.key, spoilt ? std::nan("") : member.value,
        spoilt ? "not_finite" : few(member.value));
  put_test(json, "shapiro_wilk", {{"w", group.shapiro_wilk.statistic}, {"p", group.shapiro_wilk.p}},
           group.shapiro_wilk.outcome);
  put_interval(json, "mean_ci", group.mean_ci);
  put_interval(json, "bca_mean", group.bca_mean);
  put_interval(json, "bca_median", group.bca_median);
  put_interval(json, "median_ci", group.median_ci);
  json["outliers"] = group.outliers.indices;
  put_test(json, "mann_kendall",
           {{"z", group.trend.test.statistic}, {"tau", group.trend.tau}, {"p", group.trend.test.p}},
           group.trend.test.outcome);
  put_test(json, "theil_sen",
           {{"slope", group.drift.slope.estimate}, {"intercept", group.drift.intercept}},
           group.drift.slope.outcome);
  put_interval(json["theil_sen"], "ci", group.drift.slope);
  if (!group.quantiles.empty()) json["quantiles"] = quantiles_json(group.quantiles);
  return json;
}

/// The statistic is infinite where the groups explain all.
void put_permutation(Json& parent, const std::string& key, const char* statistic,
                     const stats::PermutationTest& permutation) {
  const TestResult& test = permutation.test;
  Json object = Json::object();
  const Outcome without = test.outcome == Outcome::kOk ? Outcome::kSeparated : test.outcome;
  put(object, statistic, test.statistic, to_string(without));
  put(object, "p", test.p, to_string(test.outcome));
  object["exact"] = permutation.method == stats::PermutationTest::Method::kExact;
  parent[key] = std::move(object);
  if (test.outcome != Outcome::kOk) parent[key + "_reason"] = to_string(test.outcome);
}

/// An estimate and its interval under "<key>_ci".
void put_estimate(Json& parent, const std::string& key, const Interval& interval) {
  put(parent, key, interval.estimate, to_string(interval.outcome));
  put_interval(parent, key + "_ci", interval);
}

void put_omnibus(Json& json, const stats::Battery& battery) {
  put_two_df(json, "levene", battery.levene_median);
  put_two_df(json, "levene_mean", battery.levene_mean);
  put_one_df(json, "bartlett", battery.bartlett);
  put_one_df(json, "fligner_killeen", battery.fligner);
  const stats::OneWayAnova& anova = battery.anova;
  put_test(json, "anova",
           {{"statistic", anova.test.statistic},
            {"df1", anova.test.df1},
            {"df2", anova.test.df2},
            {"p", anova.test.p},
            {"eta_squared", anova.eta_squared},
            {"omega_squared", anova.omega_squared},
            {"epsilon_squared", anova.epsilon_squared}},
           anova.test.outcome);
  put_two_df(json, "welch_anova", battery.welch_anova);
  const stats::KruskalWallis& kruskal = battery.kruskal_wallis;
  put_test(json, "kruskal_wallis",
           {{"statistic", kruskal.test.statistic},
            {"df", kruskal.test.df1},
            {"p", kruskal.test.p},
            {"epsilon_squared", kruskal.epsilon_squared},
            {"eta_squared", kruskal.eta_squared}},
           kruskal.test.outcome);
  if (!battery.friedman) return;
  put_test(json, "friedman",
           {{"statistic", battery.friedman->test.statistic},
            {"df", battery.friedman->test.df1},
            {"p", battery.friedman->test.p},
            {"kendall_w", battery.friedman->w}},
           battery.friedman->test.outcome);
  if (battery.permutation) put_permutation(json, "permutation_blocks", "f", *battery.permutation);
}

/// A t test with its interval: {"t", "df", "p", "ci"}.
void put_t(Json& parent, const std::string& key, const stats::TTest& t) {
  put_test(parent, key, {{"t", t.test.statistic}, {"df", t.test.df1}, {"p", t.test.p}},
           t.test.outcome);
  put_interval(parent[key], "ci", t.difference);
}

void put_pairwise(Json& parent, const std::string& key, const stats::PairwiseMean& pair) {
  put_test(parent, key, {{"t", pair.test.statistic}, {"df", pair.test.df2}, {"p", pair.test.p}},
           pair.test.outcome);
  put_interval(parent[key], "ci", pair.difference);
}

void put_tost(Json& parent, const std::string& key, const stats::Equivalence& tost) {
  put_test(parent, key,
           {{"t_above_lo", tost.above_lo.statistic},
            {"p_above_lo", tost.above_lo.p},
            {"t_below_hi", tost.below_hi.statistic},
            {"p_below_hi", tost.below_hi.p},
            {"df", tost.above_lo.df1},
            {"p", tost.p}},
           tost.outcome);
  put_interval(parent[key], "ci", tost.difference);
}

/// The normal approximation and the exact test side by side.
void put_rank_test(Json& parent, const std::string& key, const char* statistic,
                   const std::pair<TestResult, TestResult>& normal_and_exact) {
  const auto& [normal, exact] = normal_and_exact;
  const double value = std::isnan(normal.statistic) ? exact.statistic : normal.statistic;
  Json object = Json::object();
  put(object, statistic, value, to_string(normal.outcome));
  put(object, "p", normal.p, to_string(normal.outcome));
  put(object, "p_exact", exact.p, to_string(exact.outcome));
  parent[key] = std::move(object);
}

void put_paired(Json& json, const stats::PairedAnalysis& paired, const std::string& scale) {
  json["blocks"] = paired.n;
  put_t(json, "paired_t", paired.t);
  put_rank_test(json, "wilcoxon", "v", {paired.wilcoxon.normal, paired.wilcoxon.exact});
  put(json, "rank_biserial", paired.wilcoxon.rank_biserial,
      to_string(paired.wilcoxon.normal.outcome));
  put(json, "hodges_lehmann_paired", paired.hodges_lehmann.estimate,
      to_string(paired.hodges_lehmann.outcome));
  put_interval(json, "hodges_lehmann_paired_ci", paired.hodges_lehmann);
  put_tost(json, "tost_paired", paired.equivalence);
  put_test(json, "nemenyi", {{"q", paired.nemenyi.statistic}, {"p", paired.nemenyi.p}},
           paired.nemenyi_outcome);
  put_test(json, "conover",
           {{"t", paired.conover.statistic},
            {"p", paired.conover.p},
            {"p_holm", paired.conover.adjusted_p}},
           paired.conover_outcome);
  if (!paired.resampled) return;
  put_permutation(json, "permutation_paired", "difference", paired.resampled->permutation);
  if (scale != "raw") return;
  put_estimate(json, "bca_paired_ratio_of_geometric_means",
               paired.resampled->ratio_of_geometric_means);
  put_estimate(json, "bca_paired_ratio_of_medians", paired.resampled->ratio_of_medians);
}

/// Ratios only of values that are no logarithms.
void put_resampled(Json& json, const stats::ResampledPair& resampled, const std::string& scale) {
  put_permutation(json, "permutation", "t", resampled.permutation);
  put_estimate(json, "bca_difference_of_means", resampled.difference_of_means);
  put_estimate(json, "bca_difference_of_medians", resampled.difference_of_medians);
  if (scale != "raw") return;
  put_estimate(json, "bca_ratio_of_means", resampled.ratio_of_means);
  put_estimate(json, "bca_ratio_of_medians", resampled.ratio_of_medians);
}

void put_effects(Json& json, const stats::PairAnalysis& pair) {
  const stats::CliffsDelta& cliffs = pair.cliffs_delta;
  put(json, "hodges_lehmann", pair.hodges_lehmann.estimate, to_string(pair.hodges_lehmann.outcome));
  put_interval(json, "hodges_lehmann_ci", pair.hodges_lehmann);
  put(json, "cliffs_delta", cliffs.delta.estimate, to_string(cliffs.delta.outcome));
  put_interval(json, "cliffs_delta_ci", cliffs.delta);
  json["cliffs_delta_magnitude"] =
      std::isfinite(cliffs.delta.estimate)
          ? Json(to_string(stats::magnitude_of_delta(cliffs.delta.estimate)))
          : Json();
  if (!std::isfinite(cliffs.delta.estimate))
    json["cliffs_delta_magnitude_reason"] = to_string(cliffs.delta.outcome);
  put(json, "a12", cliffs.a12, to_string(cliffs.delta.outcome));
  put(json, "cohens_d", pair.effect_size.cohen_d, to_string(pair.effect_size.outcome));
  put(json, "hedges_g", pair.effect_size.hedges_g, to_string(pair.effect_size.outcome));
}

Json pair_json(const Analysis& analysis, const stats::PairAnalysis& pair) {
  Json json = {{"a", analysis.groups[pair.a]}, {"b", analysis.groups[pair.b]}};
  put(json, "difference", pair.welch.difference.estimate, to_string(pair.welch.test.outcome));
  put_t(json, "welch_t", pair.welch);
  put_pairwise(json, "games_howell", pair.games_howell);
  put_pairwise(json, "tukey_hsd", pair.tukey);
  put_test(json, "dunn",
           {{"z", pair.dunn.statistic},
            {"p", pair.dunn.p},
            {"p_holm", pair.dunn.adjusted_p},
            {"p_bonferroni", pair.dunn_bonferroni},
            {"p_bh", pair.dunn_bh}},
           pair.dunn_outcome);
  put_rank_test(json, "mann_whitney", "u", {pair.mann_whitney.normal, pair.mann_whitney.exact});
  put_test(json, "brunner_munzel",
           {{"w", pair.brunner_munzel.statistic},
            {"df", pair.brunner_munzel.df1},
            {"p", pair.brunner_munzel.p}},
           pair.brunner_munzel.outcome);
  put_effects(json, pair);
  put_tost(json, "tost", pair.equivalence);
  if (pair.resampled) put_resampled(json, *pair.resampled, analysis.scale);
  if (pair.paired) put_paired(json, *pair.paired, analysis.scale);
  return json;
}

}  // namespace

nlohmann::ordered_json analysis_json(const Analysis& analysis) {
  Json json = Json::object();
  if (!analysis.model.empty()) json["model"] = analysis.model;
  json["value"] = analysis.value;
  json["scale"] = analysis.scale;
  json["level"] = analysis.level;
  Json groups = Json::array();
  for (std::size_t i = 0; i < analysis.groups.size(); ++i)
    groups.push_back(group_json(analysis, i));
  json["groups"] = std::move(groups);
  put_omnibus(json, analysis.battery);
  Json pairs = Json::array();
  for (const auto& pair : analysis.battery.pairs) pairs.push_back(pair_json(analysis, pair));
  json["pairs"] = std::move(pairs);
  json["pairs_of"] = analysis.battery.all_pairs ? "all" : "lowest_mean";
  if (analysis.correlation) json["correlation"] = correlation_json(*analysis.correlation);
  if (analysis.factorial) json["factorial"] = factorial_json(*analysis.factorial);
  if (analysis.mixed) json["mixed"] = mixed_json(*analysis.mixed);
  if (analysis.nested) json["nested"] = nested_json(analysis);
  return json;
}

}  // namespace joulemark::report
