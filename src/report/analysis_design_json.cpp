// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "report/analysis_design.h"
#include "report/json_values.h"
#include "report/outcome_json.h"

namespace joulemark::report {
namespace {

using Json = nlohmann::ordered_json;
using stats::Outcome;

Json components_json(const stats::MixedModel& model, const std::vector<std::string>& factors) {
  Json components = Json::array();
  for (const stats::VarianceComponent& component : model.components) {
    Json each = {{"of", effect_name(component.factors, factors)}};
    put(each, "variance", component.variance, "too_few");
    components.push_back(std::move(each));
  }
  return components;
}

Json model_json(const stats::MixedModel& model, const std::vector<std::string>& factors) {
  Json effects = Json::array();
  for (const stats::MixedEffect& effect : model.effects) {
    Json each = {{"effect", effect_name(effect.factors, factors)}};
    put_two_df(each, "test", effect.test);
    effects.push_back(std::move(each));
  }
  Json json = {{"effects", std::move(effects)}, {"components", components_json(model, factors)}};
  if (model.outcome != Outcome::kOk) json["effects_reason"] = to_string(model.outcome);
  return json;
}

Json nested_group_json(const Analysis& analysis, std::size_t index) {
  const NestedGroup& group = analysis.nested->groups[index];
  const stats::Interval& mean = group.summary.mean;
  Json json = {{"name", analysis.groups[index]}};
  put(json, "mean", mean.estimate, to_string(mean.outcome));
  put_interval(json, "ci", mean);
  Json levels = Json::array();
  for (std::size_t i = 0; i < group.summary.levels.size(); ++i) {
    const stats::LevelVariance& level = group.summary.levels[i];
    Json each = {{"level", analysis.nested->levels[i]}, {"count", group.counts[i]}};
    put(each, "variance", level.own, "not_finite");
    put(each, "variance_of_means", level.biased, "not_finite");
    if (i > 0 && !group.repetitions.empty())
      put(each, "optimal_repetitions", group.repetitions[i], "constant");
    levels.push_back(std::move(each));
  }
  json["levels"] = std::move(levels);
  return json;
}

}  // namespace

nlohmann::ordered_json correlation_json(const CorrelationAnalysis& correlation) {
  Json json = {{"with", correlation.with}, {"n", correlation.n}};
  const auto add = [&](const char* key, const char* name, const stats::Correlation& each) {
    Json object = Json::object();
    put(object, name, each.coefficient, to_string(each.test.outcome));
    put(object, "p", each.test.p, to_string(each.test.outcome));
    json[key] = std::move(object);
  };
  add("pearson", "r", correlation.pearson);
  put_interval(json["pearson"], "ci", correlation.pearson_ci);
  add("spearman", "rho", correlation.spearman);
  add("kendall", "tau_b", correlation.kendall);
  return json;
}

nlohmann::ordered_json factorial_json(const FactorialAnalysis& factorial) {
  Json effects = Json::array();
  for (std::size_t i = 0; i < factorial.effects.size(); ++i) {
    Json effect = {{"effect", factorial.effects[i]}};
    const stats::FactorialEffect& anova = factorial.anova[i];
    put_two_df(effect, "anova", anova.test);
    put(effect, "partial_eta_squared", anova.partial_eta_squared, to_string(anova.test.outcome));
    put(effect, "omega_squared", anova.omega_squared, to_string(anova.test.outcome));
    put_two_df(effect, "art", factorial.art[i]);
    effects.push_back(std::move(effect));
  }
  Json json = {{"effects", std::move(effects)}};
  if (factorial.outcome != Outcome::kOk) json["effects_reason"] = to_string(factorial.outcome);
  return json;
}

std::string effect_name(stats::FactorSet set, const std::vector<std::string>& factors) {
  std::string name;
  for (std::size_t f = 0; f < factors.size(); ++f)
    if ((set >> f & 1U) != 0) name += (name.empty() ? "" : ":") + factors[f];
  return name.empty() ? "residual" : name;
}

nlohmann::ordered_json mixed_json(const MixedAnalysis& mixed) {
  Json json = {{"random", mixed.random}};
  json["intercepts"] = model_json(mixed.intercepts, mixed.factors);
  if (!mixed.slopes) return json;
  json["slopes"] = model_json(*mixed.slopes, mixed.factors);
  for (std::size_t i = 0; i < mixed.slopes->effects.size(); ++i)
    put_two_df(json["slopes"]["effects"][i], "with_random", mixed.slopes->effects[i].with_random);
  return json;
}

nlohmann::ordered_json nested_json(const Analysis& analysis) {
  const NestedAnalysis& nested = *analysis.nested;
  Json groups = Json::array();
  for (std::size_t g = 0; g < nested.groups.size(); ++g)
    groups.push_back(nested_group_json(analysis, g));
  Json json = {{"levels", nested.levels}, {"groups", std::move(groups)}};
  if (nested.ratios.empty()) return json;
  Json ratios = Json::array();
  for (std::size_t i = 0; i < nested.ratios.size(); ++i) {
    const stats::PairAnalysis& pair = analysis.battery.pairs[i];
    Json ratio = {{"a", analysis.groups[pair.a]}, {"b", analysis.groups[pair.b]}};
    put(ratio, "ratio", nested.ratios[i].estimate, to_string(nested.ratios[i].outcome));
    put_interval(ratio, "ci", nested.ratios[i]);
    ratios.push_back(std::move(ratio));
  }
  json["ratios"] = std::move(ratios);
  return json;
}

}  // namespace joulemark::report
