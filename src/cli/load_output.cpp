// SPDX-License-Identifier: Apache-2.0
#include "cli/load_output.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "cli/json_values.h"
#include "cli/output.h"

namespace joulemark::cli {
namespace {

using nlohmann::ordered_json;

constexpr const char* kPercentileNames[] = {"p50", "p90", "p95", "p99"};
static_assert(std::size(kPercentileNames) == std::size(load::kPercentiles));

/// "3.2 [3.1, 3.4]"
std::string with_interval(const stats::Interval& interval) {
  if (interval.outcome != stats::Outcome::kOk) return fmt::format("{:.4g}", interval.estimate);
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", interval.estimate, interval.lo, interval.hi);
}

std::string loop_text(const LoadOutput& from) {
  if (const auto* closed = std::get_if<load::ClosedLoop>(&from.plan))
    return fmt::format("closed loop, concurrency {}", closed->concurrency);
  return fmt::format("open loop, {:.4g} requests/s", from.summary.offered_per_s);
}

std::string counts_text(const load::Summary& summary) {
  std::string text = fmt::format("{} requests in {:.4g} s, {} answered well", summary.requests,
                                 summary.window_s, summary.good);
  if (summary.abandoned > 0) text += fmt::format(", {} left out", summary.abandoned);
  text += fmt::format("; {} connections, at most {} requests at once\n", summary.connections,
                      summary.most_in_flight);
  return text;
}

std::string rates_text(const load::Summary& summary) {
  std::string text = fmt::format("throughput: {} requests/s", with_interval(summary.throughput));
  if (summary.new_tokens > 0)
    text += fmt::format(", {:.4g} new tokens/s", summary.new_tokens_per_s);
  text += '\n';
  if (!summary.goodput) return text;
  text += fmt::format("goodput: {:.4g} requests/s, {:.3g} % of all, keep", summary.goodput->per_s,
                      100 * summary.goodput->share);
  for (const load::Limit& limit : summary.goodput->limits)
    text += fmt::format(" {} <= {:g}", limit.key, limit.most);
  return text + '\n';
}

std::string distributions_text(const load::Summary& summary) {
  if (summary.distributions.empty()) return "";
  std::vector<TextTable::Column> columns{{"ms", Align::kLeft}, {"mean", Align::kRight}};
  for (const char* name : kPercentileNames) columns.push_back({name, Align::kRight});
  columns.push_back({"max", Align::kRight});
  TextTable table(std::move(columns));
  for (const load::Distribution& row : summary.distributions) {
    std::vector<std::string> cells{row.title, fmt::format("{:.4g}", row.mean)};
    for (const auto& percentile : row.percentiles) cells.push_back(with_interval(percentile));
    cells.push_back(fmt::format("{:.4g}", row.most));
    table.add_row(std::move(cells));
  }
  return "\n" + table.to_string() + wrap(load::kIntervalMethod, stdout_width()) + "\n\n";
}

std::string energy_text(const load::EnergySummary& energy) {
  if (!energy.joules_per_request)
    return wrap("energy: not measured: " + energy.reason, stdout_width()) + "\n";
  return wrap(fmt::format("energy: {:.4g} J per request ({})", *energy.joules_per_request,
                          energy.method),
              stdout_width()) +
         "\n";
}

std::string list_text(const LoadOutput& from) {
  std::string text;
  if (!from.summary.failures.empty()) text += "\nFailures\n";
  for (const load::Failures& failure : from.summary.failures)
    text += fmt::format("- {} x {}: {}\n", failure.count, failure.kind, failure.first);
  const auto caveats = load::caveats_of(from.summary);
  if (!caveats.empty()) text += "\nCaveats\n";
  for (const load::Caveat& caveat : caveats)
    text += "- " + wrap_at(2, caveat.text, stdout_width()) + '\n';
  return text;
}

ordered_json number_or_null(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json();
}

ordered_json interval_json(const stats::Interval& interval) {
  return {{"estimate", number_or_null(interval.estimate)},
          {"lo", number_or_null(interval.lo)},
          {"hi", number_or_null(interval.hi)}};
}

ordered_json plan_json(const LoadOutput& from) {
  if (const auto* closed = std::get_if<load::ClosedLoop>(&from.plan))
    return {{"kind", "closed"}, {"concurrency", closed->concurrency}};
  const auto& open = std::get<load::OpenLoop>(from.plan);
  return {{"kind", "open"},
          {"offered_per_s", from.summary.offered_per_s},
          {"max_in_flight", open.most_in_flight}};
}

ordered_json distributions_json(const load::Summary& summary) {
  ordered_json out = ordered_json::object();
  for (const load::Distribution& row : summary.distributions) {
    ordered_json one = {{"count", row.count}, {"mean", row.mean}, {"max", row.most}};
    for (std::size_t i = 0; i < row.percentiles.size(); ++i)
      one[kPercentileNames[i]] = interval_json(row.percentiles[i]);
    out[row.key] = std::move(one);
  }
  return out;
}

ordered_json goodput_json(const load::Summary& summary) {
  if (!summary.goodput) return nullptr;
  ordered_json limits = ordered_json::object();
  for (const load::Limit& limit : summary.goodput->limits) limits[limit.key] = limit.most;
  return {{"limits", limits}, {"per_s", summary.goodput->per_s}, {"share", summary.goodput->share}};
}

ordered_json work_json(const load::Summary& summary) {
  return {{"prompt_tokens", summary.prompt_tokens},
          {"new_tokens", summary.new_tokens},
          {"stream_parts", summary.parts},
          {"unequal", summary.unequal},
          {"unchecked", summary.unknown}};
}

ordered_json energy_json(const load::EnergySummary& energy) {
  if (!energy.joules_per_request)
    return {{"joules_per_request", nullptr}, {"reason", energy.reason}};
  return {{"joules_per_request", *energy.joules_per_request}, {"method", energy.method}};
}

ordered_json generator_json(const load::Summary& summary) {
  return {{"late_p50_ms", summary.late_p50_ms},         {"late_p99_ms", summary.late_p99_ms},
          {"late_max_ms", summary.late_most_ms},        {"held", summary.held},
          {"longest_held_ms", summary.longest_held_ms}, {"max_in_flight", summary.most_in_flight},
          {"connections", summary.connections}};
}

}  // namespace

std::string load_json(const LoadOutput& from) {
  const load::Summary& summary = from.summary;
  ordered_json failures = ordered_json::array();
  for (const load::Failures& one : summary.failures)
    failures.push_back({{"kind", one.kind}, {"count", one.count}, {"first", one.first}});
  ordered_json caveats = ordered_json::array();
  for (const load::Caveat& one : load::caveats_of(summary))
    caveats.push_back({{"code", one.code}, {"text", one.text}});
  const ordered_json out = {{"url", from.target.url.origin() + from.target.url.target},
                            {"api", to_string(from.target.api)},
                            {"model", from.target.model},
                            {"loop", plan_json(from)},
                            {"window_s", summary.window_s},
                            {"requests", summary.requests},
                            {"good", summary.good},
                            {"abandoned", summary.abandoned},
                            {"interrupted", summary.was_interrupted},
                            {"throughput_per_s", interval_json(summary.throughput)},
                            {"new_tokens_per_s", summary.new_tokens_per_s},
                            {"latencies", distributions_json(summary)},
                            {"interval_method", load::kIntervalMethod},
                            {"goodput", goodput_json(summary)},
                            {"work", work_json(summary)},
                            {"energy", energy_json(summary.energy)},
                            {"generator", generator_json(summary)},
                            {"failures", std::move(failures)},
                            {"caveats", std::move(caveats)}};
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string load_text(const LoadOutput& from) {
  std::string head =
      fmt::format("{}{} ({}{}{}), {}\n", from.target.url.origin(), from.target.url.target,
                  to_string(from.target.api), from.target.model.empty() ? "" : ", ",
                  from.target.model, loop_text(from));
  return printable(head.substr(0, head.size() - 1)) + '\n' + counts_text(from.summary) +
         rates_text(from.summary) + distributions_text(from.summary) +
         energy_text(from.summary.energy) + list_text(from);
}

}  // namespace joulemark::cli
