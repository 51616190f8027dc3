// SPDX-License-Identifier: Apache-2.0
// A name is a stem, and perhaps a unit of the metric's kind behind it.
#include "verdict/metric_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>

#include "base/suggest.h"

namespace joulemark::verdict {
namespace {

/// A unit as it stands at the end of a name, and how many of the metric's own it is.
struct Unit {
  const char* metric_unit;
  const char* suffix;
  double factor;
};
constexpr Unit kUnits[] = {
    {"J", "J", 1},      {"J", "mJ", 1e-3},   {"J", "uJ", 1e-6},     {"J", "kJ", 1e3},
    {"J", "Wh", 3600},  {"J", "kWh", 3.6e6}, {"W", "W", 1},         {"W", "mW", 1e-3},
    {"W", "kW", 1e3},   {"s", "s", 1},       {"s", "ms", 1e-3},     {"s", "us", 1e-6},
    {"s", "ns", 1e-9},  {"ms", "ms", 1},     {"ms", "s", 1e3},      {"ms", "us", 1e-3},
    {"ms", "ns", 1e-6}, {"B", "bytes", 1},   {"B", "kb", 1e3},      {"B", "mb", 1e6},
    {"B", "gb", 1e9},   {"B", "kib", 1024},  {"B", "mib", 1048576}, {"B", "gib", 1073741824.0},
    {"/s", "per_s", 1}, {"J·s", "Js", 1},    {"J·s²", "Js2", 1},
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// The key without its unit: "latency_p95".
std::string_view stem_of(const Metric& metric) {
  const std::string_view key = metric.key;
  for (const Unit& unit : kUnits) {
    const std::string ending = std::string("_") + unit.suffix;
    if (std::string_view(metric.unit) == unit.metric_unit && key.ends_with(ending))
      return key.substr(0, key.size() - ending.size());
  }
  return key;
}

/// The stem without the words that most metrics share: "p95", "energy".
std::string_view short_stem(const Metric& metric) {
  std::string_view stem = stem_of(metric);
  constexpr std::string_view kLatency = "latency_";
  constexpr std::string_view kPerInference = "_per_inference";
  if (stem.starts_with(kLatency)) stem.remove_prefix(kLatency.size());
  if (stem.ends_with(kPerInference)) stem.remove_suffix(kPerInference.size());
  return stem;
}

/// The factor of what stands behind a stem: nothing, or a unit of the metric's kind.
std::optional<double> unit_behind(const Metric& metric, std::string_view rest) {
  if (rest.empty()) return 1;
  if (!rest.starts_with('_')) return std::nullopt;
  for (const Unit& unit : kUnits)
    if (std::string_view(metric.unit) == unit.metric_unit &&
        equal_ignoring_case(rest.substr(1), unit.suffix))
      return unit.factor;
  return std::nullopt;
}

std::optional<double> factor_in(const Metric& metric, std::string_view name) {
  for (const std::string_view stem : {stem_of(metric), short_stem(metric)}) {
    if (!name.starts_with(stem)) continue;
    if (const auto factor = unit_behind(metric, name.substr(stem.size()))) return factor;
  }
  return std::nullopt;
}

}  // namespace

Result<NamedMetric> parse_metric_name(std::string_view name) {
  const auto table = metrics();
  for (std::size_t i = 0; i < table.size(); ++i)
    if (const auto factor = factor_in(table[i], name))
      return NamedMetric{static_cast<MetricId>(i), *factor, std::string(name)};
  const auto names = metric_names();
  const std::string near = did_you_mean(name, names);
  return fail(
      ErrorKind::kUsage,
      fmt::format("there is no metric '{}'{}", name,
                  near.empty() ? fmt::format("; there is: {}", fmt::join(names, ", ")) : near));
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Metric& metric : metrics()) {
    const std::string_view key = metric.key;
    const std::string_view unit = key.substr(stem_of(metric).size());
    names.push_back(std::string(short_stem(metric)) + std::string(unit));
  }
  return names;
}

MetricId of_text(MetricId id) {
  if (id == MetricId::kEnergy) return MetricId::kEnergyPerToken;
  return id == MetricId::kTime ? MetricId::kTimePerToken : id;
}

}  // namespace joulemark::verdict
