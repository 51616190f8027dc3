// SPDX-License-Identifier: Apache-2.0
#include "report/verdict_json.h"

#include <nlohmann/json.hpp>

#include "report/json_values.h"
#include "verdict/break_even.h"

namespace joulemark::report {
namespace {

using Json = nlohmann::ordered_json;
using verdict::Judgement;

Json test_json(const stats::TestResult& test) {
  Json json = Json::object();
  const std::string reason = to_string(test.outcome);
  put(json, "statistic", test.statistic, reason);
  put(json, "df1", test.df1, reason);
  put(json, "df2", test.df2, reason);
  put(json, "p", test.p, reason);
  return json;
}

/// Whether the configurations differ at all, by two tests.
Json omnibus_json(const verdict::ModelVerdict& model) {
  Json kruskal = Json::object();
  const std::string reason = to_string(model.kruskal_wallis.outcome);
  put(kruskal, "statistic", model.kruskal_wallis.statistic, reason);
  put(kruskal, "df", model.kruskal_wallis.df1, reason);
  put(kruskal, "p", model.kruskal_wallis.p, reason);
  return {{"welch_anova", test_json(model.welch_anova)}, {"kruskal_wallis", std::move(kruskal)}};
}

Json sensitivities_json(const verdict::ModelVerdict& model) {
  Json list = Json::array();
  for (const verdict::Sensitivity& each : model.sensitivities)
    list.push_back(
        {{"analysis", each.analysis}, {"check", to_string(each.check)}, {"detail", each.detail}});
  return list;
}

Json flags_json(const verdict::Flags& flags) {
  Json repetitions = Json::array();
  for (const auto& each : flags.repetitions)
    repetitions.push_back(
        {{"row", each.cell}, {"block", each.block}, {"times_median", each.times_median}});
  Json ratios = Json::array();
  for (const auto& each : flags.changes)
    ratios.push_back({{"row", each.cell}, {"with", each.with}, {"without", each.without}});
  return {{"repetitions", std::move(repetitions)}, {"ratios", std::move(ratios)}};
}

Json break_even_json(const Judgement& judgement, const verdict::ModelVerdict& model) {
  Json list = Json::array();
  for (const verdict::BreakEven& crossing : verdict::break_even(judgement, model))
    list.push_back({{"row", crossing.cell},
                    {"overtaken_by", crossing.other},
                    {"metric", metric(crossing.unit).key},
                    {"inferences", crossing.inferences},
                    {"sentence", to_sentence(judgement, crossing)}});
  return list;
}

Json model_json(const Judgement& judgement, const verdict::ModelVerdict& model) {
  Json best_set = Json::array();
  for (const std::size_t cell : model.cells) {
    if (judgement.cells[cell].in_best_set()) best_set.push_back(cell);
  }
  Json json = {{"model", model.model},
               {"outcome", to_string(model.outcome)},
               {"metric", metric(model.primary).key},
               {"sentence", model.sentence}};
  json["best"] = model.best ? Json(*model.best) : Json();
  if (!model.best) json["best_reason"] = "nothing_ranked";
  if (model.ended) json["ended_after_blocks"] = *model.ended;
  json["best_set"] = std::move(best_set);
  json["rows"] = model.cells;
  json["omnibus"] = omnibus_json(model);
  json["sensitivities"] = sensitivities_json(model);
  json["flagged"] = flags_json(model.flags);
  json["break_even"] = break_even_json(judgement, model);
  return json;
}

Json across_json(const verdict::AcrossModels& across) {
  Json rows = Json::array();
  for (const verdict::AcrossRow& row : across.rows) {
    const stats::Interval& interval = row.ratio.interval;
    Json ratio = interval_json(interval, to_string(interval.outcome));
    ratio["models"] = row.ratio.blocks;
    rows.push_back(
        {{"label", row.label}, {"ratio", std::move(ratio)}, {"best_sets", row.best_sets}});
  }
  return {{"rows", std::move(rows)}, {"interaction", test_json(across.interaction)}};
}

}  // namespace

nlohmann::ordered_json verdict_json(const Judgement& judgement) {
  Json models = Json::array();
  for (const auto& model : judgement.models) models.push_back(model_json(judgement, model));
  Json json = {{"sentence", judgement.sentence}, {"models", std::move(models)}};
  json["across_models"] = judgement.across ? across_json(*judgement.across) : Json();
  if (!judgement.across) json["across_models_reason"] = "not_comparable";
  return json;
}

}  // namespace joulemark::report
