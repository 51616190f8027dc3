// SPDX-License-Identifier: Apache-2.0
// The report model as JSON, key by key as docs/json-output.md has it.
#include "report/json_report.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "report/estimates.h"
#include "report/json_values.h"
#include "report/verdict_json.h"

namespace joulemark::report {
namespace {

using Json = nlohmann::ordered_json;
using verdict::Cell;
using verdict::Judgement;

constexpr int kFormat = 1;

Json numbers(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(std::isfinite(value) ? Json(value) : Json());
  return array;
}

Json experiment_json(const ReportModel& model, JsonDetail detail) {
  const ExperimentFacts& facts = model.experiment;
  Json json = {{"id", facts.id},        {"uuid", facts.uuid},
               {"name", facts.name},    {"created_at", facts.created_at},
               {"seed", facts.seed},    {"repetitions", facts.repetitions},
               {"margin", facts.margin}};
  json["rate"] = facts.rate > 0 ? Json(facts.rate) : Json();
  if (facts.rate <= 0) json["rate_reason"] = "flat_out";
  if (facts.rate > 0) json["arrivals"] = facts.arrivals;
  if (detail == JsonDetail::kFull) json["toml"] = facts.toml;
  return json;
}

Json metrics_json() {
  static constexpr const char* kBetter[] = {"less", "more", "neither"};
  Json array = Json::array();
  for (const verdict::Metric& metric : verdict::metrics()) {
    array.push_back({{"key", metric.key},
                     {"title", metric.title},
                     {"unit", metric.unit},
                     {"better", kBetter[static_cast<std::size_t>(metric.better)]}});
  }
  return array;
}

Json metric_json(const verdict::Estimate& estimate) {
  const bool absent = estimate.n == 0;
  const std::string few = absent ? estimate.reason : "too_few";
  const std::string bounds = absent ? estimate.reason : to_string(estimate.median.outcome);
  Json json = Json::object();
  put(json, "value", estimate.median.estimate, absent ? estimate.reason : "not_finite");
  put(json, "lo", estimate.median.lo, bounds);
  put(json, "hi", estimate.median.hi, bounds);
  put(json, "mean", estimate.mean, absent ? estimate.reason : "not_finite");
  put(json, "cv", estimate.cv, estimate.n > 1 ? "mean_is_zero" : few);
  json["n"] = estimate.n;
  return json;
}

Json configuration_json(const Cell& cell) {
  const Configuration& configuration = cell.configuration;
  Json options = Json::object();
  for (const auto& [key, value] : configuration.options) options[key] = value;
  return {{"label", cell.label},
          {"engine", configuration.engine},
          {"version", cell.version},
          {"provider", configuration.provider},
          {"precision", configuration.precision},
          {"threads", configuration.threads},
          {"batch", configuration.batch},
          {"options", std::move(options)}};
}

void put_ratio(Json& row, const Cell& cell) {
  if (!cell.ranked()) {
    row["ratio"] = nullptr;
    row["ratio_reason"] = "unranked";
    return;
  }
  Json ratio = interval_json(cell.ratio.interval, "no_common_block");
  ratio["blocks"] = cell.ratio.blocks;
  row["ratio"] = std::move(ratio);
}

/// Of all rows alike: it enters no comparison.
Json calibration_json(const Judgement& judgement) {
  Json json = Json::object();
  Json sensors = Json::array();
  for (const verdict::UsedCalibration& used : judgement.calibration.sensors) {
    Json& sensor = sensors.emplace_back(
        Json{{"sensor", used.sensor}, {"gain", used.gain}, {"source", used.source}});
    put(sensor, "relative_u", used.relative_u.value_or(std::nan("")), "not_known");
  }
  put(json, "relative_u", judgement.calibration.relative_u.value_or(std::nan("")), "not_known");
  json["sensors"] = std::move(sensors);
  return json;
}

Json left_out_json(const verdict::LeftOut& left_out) {
  return {{"blocks", left_out.blocks},
          {"against", left_out.against},
          {"metric", metric(left_out.metric).key},
          {"ratio", interval_json(left_out.ratio, to_string(left_out.ratio.outcome))}};
}

Json row_json(const Judgement& judgement, const Cell& cell,
              const std::optional<EnergyEstimate>& estimate) {
  Json row = {{"model", judgement.models[cell.model].model},
              {"configuration", configuration_json(cell)},
              {"standing", to_string(cell.standing)},
              {"in_best_set", cell.in_best_set()},
              {"reason", cell.reason}};
  row["energy_text"] = cell.energy;
  row["energy_above_idle_text"] = cell.energy_above_idle;
  row["energy_above_ready_text"] = cell.energy_above_ready;
  put_ratio(row, cell);
  if (cell.left_out) row["left_out"] = left_out_json(*cell.left_out);
  row["trials_ok"] = cell.finished - cell.different;
  row["trials_not_ok"] = cell.not_ok + cell.different;
  Json values = Json::object();
  for (std::size_t m = 0; m < cell.estimates.size(); ++m) {
    values[verdict::metrics()[m].key] = metric_json(cell.estimates[m]);
  }
  row["metrics"] = std::move(values);
  if (estimate) {
    row["estimate"] = estimate_json(*estimate);
    row["estimate"]["per"] = counted_by(judgement, cell);
  }
  return row;
}

Json trials_json(const ReportModel& model) {
  const TrialColumns& trials = model.trials;
  Json values = Json::object();
  for (std::size_t m = 0; m < model.judgement.values.size(); ++m) {
    values[verdict::metrics()[m].key] = numbers(model.judgement.values[m]);
  }
  return {{"row", trials.cell},
          {"block", trials.block},
          {"position", trials.position},
          {"attempt", trials.attempt},
          {"status", trials.status},
          {"reason", trials.reason},
          {"started_at", numbers(trials.started_at)},
          {"disturbed", trials.disturbed},
          {"ratio_to_best", numbers(model.judgement.ratio_to_best)},
          {"metrics", std::move(values)}};
}

Json set_aside_json(const Judgement& judgement, const SetAside& attempt) {
  Json causes = Json::array();
  for (const Caveat& cause : attempt.causes)
    causes.push_back({{"code", cause.code}, {"message", cause.message}});
  Json json = {{"row", attempt.cell},
               {"block", attempt.block},
               {"position", attempt.position},
               {"attempt", attempt.attempt},
               {"started_at", attempt.started_at},
               {"causes", std::move(causes)}};
  const verdict::MetricId primary = judgement.models[judgement.cells[attempt.cell].model].primary;
  json["metric"] = metric(primary).key;
  put(json, "value", attempt.value, "not_recorded");
  return json;
}

Json latency_json(const LatencyDistribution& latency) {
  Json json = {{"row", latency.cell}, {"count", latency.count}};
  if (latency.count == 0) return json;
  json["lo_ms"] = latency.lo_ms;
  json["hi_ms"] = latency.hi_ms;
  json["bins"] = latency.bins;
  Json p = Json::array();
  Json ms = Json::array();
  for (const auto& [probability, value] : latency.quantiles) {
    p.push_back(probability);
    ms.push_back(value);
  }
  json["quantiles"] = {{"p", std::move(p)}, {"ms", std::move(ms)}};
  return json;
}

Json timeline_json(const Timeline& timeline) {
  Json phases = Json::array();
  for (const auto& span : timeline.phases) {
    phases.push_back({{"phase", span.phase}, {"t0_s", span.t0_s}, {"t1_s", span.t1_s}});
  }
  Json signals = Json::array();
  for (const TimelineSeries& series : timeline.series) {
    signals.push_back({{"name", series.name},
                       {"unit", series.unit},
                       {"t_s", numbers(series.t_s)},
                       {"min", numbers(series.min)},
                       {"max", numbers(series.max)}});
  }
  return {{"row", timeline.cell},
          {"trial", timeline.trial},
          {"kind", timeline.kind},
          {"phases", std::move(phases)},
          {"series", std::move(signals)}};
}

Json hosts_json(const std::vector<HostFingerprint>& hosts) {
  Json array = Json::array();
  for (const HostFingerprint& host : hosts) {
    Json facts = Json::array();
    for (const auto& [name, value] : host.facts) facts.push_back(Json::array({name, value}));
    array.push_back({{"key", host.key}, {"facts", std::move(facts)}});
  }
  return array;
}

/// One object, member by member and item by item: the tree of all rows at once would take ten times
/// the memory of its text.
class Writer {
 public:
  void put(const char* key, const Json& value) {
    begin(key);
    text_ += dump(value);
  }
  template <class T, class F>
  void put_each(const char* key, const std::vector<T>& items, F to_item) {
    begin(key);
    text_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) text_ += ',';
      text_ += dump(to_item(items[i]));
    }
    text_ += ']';
  }
  std::string finish() { return std::move(text_) + "}"; }

 private:
  void begin(const char* key) { text_ += (text_.empty() ? '{' : ',') + dump(key) + ':'; }
  static std::string dump(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  std::string text_;
};

}  // namespace

std::string to_json(const ReportModel& model, JsonDetail detail) {
  const Judgement& judgement = model.judgement;
  Writer writer;
  writer.put("format", kFormat);
  writer.put("experiment", experiment_json(model, detail));
  writer.put("verdict", verdict_json(judgement));
  writer.put("energy_basis", judgement.energy_basis);
  writer.put("energy_calibration", calibration_json(judgement));
  if (const auto lines = estimate_lines(judgement, model.estimates); !lines.empty())
    writer.put("estimates", lines);
  writer.put("caveats", caveats_json(judgement.caveats));
  writer.put("findings", findings_json(model.findings));
  writer.put("idle_brackets", brackets_json(model.brackets));
  writer.put("metrics", metrics_json());
  writer.put_each("rows", judgement.cells, [&](const Cell& cell) {
    const auto c = static_cast<std::size_t>(&cell - judgement.cells.data());
    return row_json(judgement, cell, model.estimates.at(c));
  });
  writer.put_each("set_aside", model.set_aside,
                  [&](const SetAside& attempt) { return set_aside_json(judgement, attempt); });
  if (detail == JsonDetail::kFull) {
    writer.put("trials", trials_json(model));
    writer.put_each("latency", model.latency, latency_json);
    writer.put_each("timelines", model.timelines, timeline_json);
    writer.put("hosts", hosts_json(model.hosts));
  }
  return writer.finish();
}

std::string render_json(const ExperimentRecord& record, const Judgement& judgement) {
  ReportModel model;
  model.experiment = facts_of(record);
  model.judgement = judgement;
  model.findings = record.findings;
  model.brackets = record.brackets;
  model.set_aside = list_set_aside(record, judgement);
  model.estimates = estimate_rows(record, judgement);
  return to_json(model, JsonDetail::kSummary);
}

}  // namespace joulemark::report
