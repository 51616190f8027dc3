// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "report/json_values.h"
#include "report/recommendation_document.h"

namespace joulemark::report {
namespace {

using Json = nlohmann::ordered_json;
using verdict::Recommendation;

Json ranking_json(const Recommendation& recommendation, const verdict::ModelVerdict& model) {
  Json rows = Json::array();
  for (const std::size_t c : model.cells) {
    const verdict::Cell& cell = recommendation.judgement.cells[c];
    const stats::Interval& median = cell.estimate(model.primary).median;
    Json row = {{"configuration", cell.label},
                {"standing", to_string(cell.standing)},
                {"in_best_set", cell.in_best_set()},
                {"median", interval_json(median, to_string(median.outcome))},
                {"n", cell.finished},
                {"reason", cell.reason}};
    if (const auto& factor = recommendation.objective.per_joule)
      put(row, "scaled", median.estimate * *factor, to_string(median.outcome));
    const stats::Interval& ratio = cell.ratio.interval;
    row["ratio"] = cell.ranked() ? interval_json(ratio, to_string(ratio.outcome)) : Json();
    if (!cell.ranked()) row["ratio_reason"] = "unranked";
    rows.push_back(std::move(row));
  }
  return rows;
}

Json front_json(const Recommendation& recommendation, const verdict::Front& front) {
  Json metrics = Json::array();
  for (const verdict::MetricId id : front.metrics) metrics.push_back(verdict::metric(id).key);
  Json points = Json::array();
  for (const verdict::TradeOff& each : front.trade_offs) {
    const verdict::Cell& cell = recommendation.judgement.cells[each.cell];
    Json point = {{"configuration", cell.label}, {"on_front", each.on_front}};
    put(point, "membership", each.membership, "too_few");
    for (const verdict::MetricId id : front.metrics)
      put(point, verdict::metric(id).key, cell.estimate(id).median.estimate,
          cell.estimate(id).reason);
    points.push_back(std::move(point));
  }
  return {{"metrics", std::move(metrics)}, {"points", std::move(points)}};
}

Json objective_json(const verdict::Objective& objective) {
  Json json = {{"name", objective.name}};
  json["per_joule"] = objective.per_joule ? Json(*objective.per_joule) : Json();
  if (!objective.per_joule) json["per_joule_reason"] = "not_scaled";
  json["unit"] = objective.unit;
  return json;
}

}  // namespace

nlohmann::ordered_json recommendation_json(const ExperimentRecord& record,
                                           const Recommendation& recommendation) {
  const verdict::Judgement& judgement = recommendation.judgement;
  Json models = Json::array();
  for (std::size_t m = 0; m < judgement.models.size(); ++m) {
    const verdict::ModelVerdict& model = judgement.models[m];
    const verdict::Cell* best = verdict::recommended(recommendation, model);
    Json json = {{"model", model.model},
                 {"recommended", best == nullptr ? Json() : Json(best->label)},
                 {"outcome", to_string(model.outcome)},
                 {"metric", verdict::metric(model.primary).key},
                 {"sentence", model.sentence}};
    if (best == nullptr) json["recommended_reason"] = "nothing_ranked";
    json["ranking"] = ranking_json(recommendation, model);
    json["front"] = front_json(recommendation, recommendation.fronts[m]);
    models.push_back(std::move(json));
  }
  return {{"experiment", {{"id", record.id}, {"name", record.experiment.name}}},
          {"objective", objective_json(recommendation.objective)},
          {"sentence", judgement.sentence},
          {"models", std::move(models)},
          {"caveats", caveats_json(judgement.caveats)}};
}

}  // namespace joulemark::report
