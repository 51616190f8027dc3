// SPDX-License-Identifier: Apache-2.0
#include "verdict/energy_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sensors/containment.h"
#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

constexpr int kMostDecimals = 12;

/// "package" for "package-1-die-0".
std::string kind_of(const std::string& scope) {
  std::size_t end = scope.find('-');
  while (end != std::string::npos &&
         !(end + 1 < scope.size() && scope[end + 1] >= '0' && scope[end + 1] <= '9'))
    end = scope.find('-', end + 1);
  const std::string kind = scope.substr(0, end);
  if (kind == "dram") return "DRAM";
  return kind == "gpu" ? "GPU" : kind;
}

/// Two significant digits of `u`, which is above 0.
double two_digits(double u) {
  return std::stod(fmt::format("{:.1e}", u));
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

std::string uncertain_text(const Uncertain& shown) {
  const double u = kCoverageFactor * shown.standard_u.value_or(0);
  const bool bounded = u > 0 && std::isfinite(u);
  const double size = std::max(std::abs(shown.value), bounded ? u : 0);
  const MetricId of_unit =
      std::string_view(shown.unit) == "W" ? MetricId::kPower : MetricId::kEnergy;
  const Scale scale = scale_for(metric(of_unit), size);
  const double value = shown.value / scale.factor;
  if (!bounded) return fmt::format("{:.4g} {}", value, scale.unit);
  const double rounded = two_digits(u / scale.factor);
  const int places = 1 - static_cast<int>(std::floor(std::log10(rounded)));
  const double step = places < 0 ? std::pow(10.0, -places) : 0;
  const int decimals = std::clamp(places, 0, kMostDecimals);
  return fmt::format("{:.{}f} ± {:.{}f} {}", step > 0 ? std::round(value / step) * step : value,
                     decimals, rounded, decimals, scale.unit);
}

std::string calibration_text(std::optional<double> standard_j) {
  if (!standard_j) return "not known";
  const double expanded = kCoverageFactor * *standard_j;
  const Scale scale = scale_for(metric(MetricId::kEnergy), expanded);
  const double rounded = two_digits(expanded / scale.factor);
  return fmt::format("± {:.{}f} {}, the same in every window", rounded, rounded < 10 ? 1 : 0,
                     scale.unit);
}

std::string short_scopes(const std::vector<std::string>& scopes) {
  std::vector<std::pair<std::string, int>> kinds;
  for (const std::string& scope : scopes) {
    const std::string kind = kind_of(scope);
    const auto known = std::find_if(kinds.begin(), kinds.end(),
                                    [&](const auto& other) { return other.first == kind; });
    if (known == kinds.end())
      kinds.emplace_back(kind, 1);
    else
      ++known->second;
  }
  std::vector<std::string> words;
  for (const auto& [kind, count] : kinds)
    words.push_back(count == 1 ? kind : fmt::format("{}×{}", count, kind));
  return fmt::format("{}", fmt::join(words, "+"));
}

std::vector<const Energy*> parts_of_total(const std::vector<Energy>& energies) {
  const bool at_plug = std::any_of(energies.begin(), energies.end(), [](const Energy& energy) {
    return sensors::is_at_plug(energy.scope);
  });
  std::vector<const Energy*> parts;
  for (const Energy& energy : energies)
    if (energy.scope != "total" && energy.joules && (!at_plug || sensors::is_at_plug(energy.scope)))
      parts.push_back(&energy);
  return parts;
}

ShownEnergy shown_scope(const Energy& energy) {
  return {.energy_class = energy.energy_class,
          .joules = energy.joules,
          .standard_u = energy.uncertainty_j,
          .covers = short_scopes({energy.scope}),
          .sensor = energy.sensor,
          .detail = energy.detail.empty() ? energy.reason : energy.detail,
          .per = ""};
}

ShownEnergy shown_total(const std::vector<Energy>& energies) {
  const auto total = std::find_if(energies.begin(), energies.end(),
                                  [](const Energy& energy) { return energy.scope == "total"; });
  if (total == energies.end()) return {};
  ShownEnergy shown = shown_scope(*total);
  std::vector<std::string> scopes;
  std::vector<std::string> sensors;
  for (const Energy* part : parts_of_total(energies)) {
    scopes.push_back(part->scope);
    add_once(sensors, part->sensor);
  }
  shown.covers = short_scopes(scopes);
  if (!sensors.empty()) shown.sensor = fmt::format("{}", fmt::join(sensors, "+"));
  return shown;
}

std::string energy_text(const ShownEnergy& shown) {
  if (!shown.joules) return fmt::format("— (not measured: {})", shown.detail);
  std::string about = to_string(shown.energy_class);
  for (const std::string& word : {shown.covers, shown.sensor})
    if (!word.empty()) about += ", " + word;
  return fmt::format("{}{}{} ({})", shown.energy_class == EnergyClass::kEstimated ? "≈ " : "",
                     uncertain_text({*shown.joules, shown.standard_u}), shown.per, about);
}

}  // namespace joulemark::verdict
