// SPDX-License-Identifier: Apache-2.0
// Sensors hand over non-overlapping scopes; the ledger adds them and says what the sum leaves out.
#include "sensors/ledger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <set>
#include <utility>

#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

/// Statuses of scopes whose energy is in the total already.
bool is_counted_elsewhere(const SensorStatus& status) {
  return status.reason == "contained" || status.reason == "mirror" ||
         status.reason == "duplicate" || status.reason == "container";
}

/// Scopes that would be in the total if they could be read.
bool is_missing(const SensorStatus& status) {
  return !status.usable && !status.scope.empty() && !is_counted_elsewhere(status) &&
         status.reason != "unknown" && status.reason != "charging";
}

/// "package-1 (eacces)" for every scope that exists but could not be used.
std::vector<std::string> uncovered_scopes(const std::vector<SensorStatus>& statuses) {
  std::vector<std::string> scopes;
  for (const SensorStatus& status : statuses)
    if (!status.usable && !status.scope.empty() && !is_counted_elsewhere(status))
      scopes.push_back(fmt::format("{} ({})", status.scope, status.reason));
  return scopes;
}

bool any_of_domain(const std::vector<ScopeInfo>& scopes, std::initializer_list<Domain> domains) {
  return std::any_of(scopes.begin(), scopes.end(), [&](const ScopeInfo& scope) {
    return std::find(domains.begin(), domains.end(), scope.domain) != domains.end();
  });
}

/// What no scope of the total includes, as far as domains tell.
std::vector<std::string> uncovered_domains(const std::vector<ScopeInfo>& scopes) {
  std::vector<std::string> missing;
  if (any_of_domain(scopes, {Domain::kWall})) return missing;
  if (any_of_domain(scopes, {Domain::kNode})) return {"the power supply"};
  const bool module = any_of_domain(scopes, {Domain::kModule, Domain::kRail});
  const bool processors =
      module || any_of_domain(scopes, {Domain::kPackage, Domain::kCore, Domain::kPsys});
  if (!processors) missing.emplace_back("processors (no counter)");
  if (!module && !any_of_domain(scopes, {Domain::kDram, Domain::kPsys}))
    missing.emplace_back("memory (no counter)");
  missing.emplace_back(module || any_of_domain(scopes, {Domain::kGpu})
                           ? "disks, fans and the power supply"
                           : "accelerators, disks, fans and the power supply");
  return missing;
}

/// What the total adds up.
struct Covered {
  const std::vector<Energy>& energies;
  const std::vector<ScopeInfo>& scopes;
  const std::vector<SensorStatus>& statuses;
};

std::string coverage(const Covered& covered) {
  std::vector<std::string> names;
  for (const Energy& energy : covered.energies) names.push_back(energy.scope);
  std::vector<std::string> missing = uncovered_scopes(covered.statuses);
  for (std::string& domain : uncovered_domains(covered.scopes))
    missing.push_back(std::move(domain));
  if (missing.empty()) return fmt::format("covers {}", fmt::join(names, ", "));
  return fmt::format("covers {}; not covered: {}", fmt::join(names, ", "),
                     fmt::join(missing, "; "));
}

/// Counters that are updated together err together, others independently.
std::string updater_of(const Energy& energy, const std::vector<ScopeInfo>& scopes) {
  for (const ScopeInfo& scope : scopes)
    if (scope.scope == energy.scope)
      return scope.updated_by.empty() ? "device " + scope.device : scope.updated_by;
  return "";
}

Energy sum(const Covered& covered) {
  const std::vector<Energy>& energies = covered.energies;
  double joules = 0;
  std::map<std::pair<std::string, std::string>, double> uncertainty_of;  ///< by sensor, updater
  std::set<std::string> sensors;
  EnergyClass weakest = EnergyClass::kMeasured;
  for (const Energy& energy : energies) {
    joules += *energy.joules;
    sensors.insert(energy.sensor);
    uncertainty_of[{energy.sensor, updater_of(energy, covered.scopes)}] +=
        energy.uncertainty_j.value_or(0);
    weakest = std::max(weakest, energy.energy_class);
  }
  double variance = 0;
  for (const auto& [updater, u] : uncertainty_of) variance += u * u;
  return {.scope = "total",
          .sensor = sensors.size() == 1 ? energies.front().sensor : "several",
          .energy_class = weakest,
          .joules = joules,
          .uncertainty_j = std::sqrt(variance),
          .reason = "",
          .detail = coverage(covered)};
}

/// The reason that helps most comes first: a permission can be given, a virtual machine not left.
Energy total_without_sensor(const std::vector<SensorStatus>& statuses) {
  for (const char* reason :
       {"eacces", "masked", "seccomp", "lib_missing", "unreadable", "frozen", "vm"})
    for (const SensorStatus& status : statuses)
      if (!status.usable && status.reason == reason)
        return absent_total(reason,
                            status.remedy.empty()
                                ? status.detail
                                : fmt::format("{}; run '{}'", status.detail, status.remedy));
  return absent_total("no_sensor", "this machine has no energy sensor that joulemark can read");
}

}  // namespace

Readings read_all(const std::vector<std::unique_ptr<Sensor>>& sensors) {
  Readings readings;
  readings.reserve(sensors.size());
  for (const auto& sensor : sensors) readings.push_back(sensor->read());
  return readings;
}

Readings read_fresh(const std::vector<std::unique_ptr<Sensor>>& sensors) {
  for (const auto& sensor : sensors) sensor->await_fresh();
  return read_all(sensors);
}

Energy absent_total(std::string reason, std::string detail) {
  return absent_energy("total", std::move(reason), std::move(detail));
}

std::vector<Energy> measure_between(const std::vector<std::unique_ptr<Sensor>>& sensors,
                                    const Readings& begin, const Readings& end,
                                    const std::vector<SensorStatus>& statuses) {
  std::vector<Energy> energies;
  std::vector<ScopeInfo> scopes;
  for (std::size_t i = 0; i < sensors.size(); ++i) {
    for (ScopeInfo& scope : sensors[i]->scopes()) scopes.push_back(std::move(scope));
    static const std::vector<CounterReading> none;
    const auto& from = i < begin.size() ? begin[i] : none;
    const auto& to = i < end.size() ? end[i] : none;
    sensors[i]->await_step(to);
    const auto of_sensor = sensors[i]->energies(from, to);
    energies.insert(energies.end(), of_sensor.begin(), of_sensor.end());
  }
  if (energies.empty()) return {total_without_sensor(statuses)};

  const auto missing = std::find_if(energies.begin(), energies.end(),
                                    [](const Energy& energy) { return !energy.joules; });
  Energy total =
      missing == energies.end()
          ? sum({energies, scopes, statuses})
          : absent_total(missing->reason, fmt::format("{}: {}", missing->scope, missing->detail));
  for (const SensorStatus& status : statuses)
    if (is_missing(status))
      energies.push_back(absent_energy(status.scope, status.reason, status.detail));
  energies.push_back(std::move(total));
  return energies;
}

double counter_uncertainty_j(const CounterReading& begin, const CounterReading& end,
                             const EdgeError& error) {
  const double seconds = static_cast<double>(end.t_after_ns - begin.t_after_ns) * 1e-9;
  const double watts = seconds > 0 ? error.joules / seconds : 0;
  const double bracket_a_s = static_cast<double>(begin.t_after_ns - begin.t_before_ns) * 1e-9;
  const double bracket_b_s = static_cast<double>(end.t_after_ns - end.t_before_ns) * 1e-9;
  const double quantisation = error.resolution_j / std::sqrt(6.0);
  const double time = watts * std::hypot(bracket_a_s, bracket_b_s) / std::sqrt(12.0);
  return std::hypot(quantisation, time);
}

}  // namespace joulemark::sensors
