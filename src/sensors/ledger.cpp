// SPDX-License-Identifier: Apache-2.0
// Sensors hand over non-overlapping scopes; the ledger adds them and says what the sum leaves out.
#include "sensors/ledger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "base/clock.h"
#include "sensors/containment.h"
#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

/// Standard uncertainties that two energies may differ by and still agree.
constexpr double kWideFactor = 2;

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

/// One row of each scope: where several tell of one, that which reads it, else that which would.
std::vector<SensorStatus> one_for_each_scope(const std::vector<SensorStatus>& statuses) {
  std::vector<SensorStatus> chosen;
  for (const SensorStatus& status : statuses) {
    const auto known = std::find_if(chosen.begin(), chosen.end(), [&](const SensorStatus& other) {
      return !status.scope.empty() && other.scope == status.scope;
    });
    if (known == chosen.end()) {
      chosen.push_back(status);
    } else if (status.usable || (!known->usable && is_counted_elsewhere(*known))) {
      *known = status;
    }
  }
  return chosen;
}

/// A meter at the plug that the user named and that cannot be read.
bool is_missing_meter(const SensorStatus& status) {
  return !status.usable && is_at_plug(status.scope);
}

/// What is wrong, and what mends it.
std::string with_remedy(const SensorStatus& status) {
  return status.remedy.empty() ? status.detail
                               : fmt::format("{}; {}", status.detail, status.remedy);
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

std::string names_of(const std::vector<Energy>& energies) {
  std::vector<std::string> names;
  for (const Energy& energy : energies) names.push_back(energy.scope);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string coverage(const Covered& covered) {
  const std::string names = names_of(covered.energies);
  if (is_at_plug(covered.energies.front().scope)) return fmt::format("covers {}", names);
  std::vector<std::string> missing = uncovered_scopes(covered.statuses);
  for (std::string& domain : uncovered_domains(covered.scopes))
    missing.push_back(std::move(domain));
  if (missing.empty()) return fmt::format("covers {}", names);
  return fmt::format("covers {}; not covered: {}", names, fmt::join(missing, "; "));
}

/// Counters that are updated together err together, others independently.
std::string updater_of(const Energy& energy, const std::vector<ScopeInfo>& scopes) {
  for (const ScopeInfo& scope : scopes)
    if (scope.scope == energy.scope)
      return scope.updated_by.empty() ? "device " + scope.device : scope.updated_by;
  return "";
}

/// Linearly: a sensor's error has one sign, and nobody knows how those of two belong together.
std::optional<double> calibration_of(const std::vector<Energy>& energies) {
  double sum = 0;
  for (const Energy& energy : energies) {
    if (!energy.calibration_j) return std::nullopt;
    sum += *energy.calibration_j;
  }
  return sum;
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
          .calibration_j = calibration_of(energies),
          .reason = "",
          .detail = coverage(covered)};
}

/// The sum, or the reason why one of its scopes is absent.
Energy sum_or_absent(const Covered& covered) {
  const auto missing = std::find_if(covered.energies.begin(), covered.energies.end(),
                                    [](const Energy& energy) { return !energy.joules; });
  if (missing == covered.energies.end()) return sum(covered);
  return absent_total(missing->reason, fmt::format("{}: {}", missing->scope, missing->detail));
}

/// What of the parts contradicts a meter that they are fed through; "" as a rule.
std::string contradiction(const std::vector<Energy>& parts, const Energy& total,
                          const Covered& covered) {
  if (parts.empty() || !total.joules ||
      std::any_of(parts.begin(), parts.end(), [](const Energy& part) { return !part.joules; }))
    return "";
  const Energy inside = sum({parts, covered.scopes, covered.statuses});
  const double chance_j = std::hypot(*inside.uncertainty_j, total.uncertainty_j.value_or(0));
  // Of those sensors of which somebody knows how true they are as a whole.
  double scale_j = 0;
  for (const Energy& part : parts) scale_j += part.calibration_j.value_or(0);
  scale_j = std::hypot(scale_j, total.calibration_j.value_or(0));
  const double allowed = kWideFactor * std::hypot(chance_j, scale_j);
  if (*inside.joules <= *total.joules + allowed) return "";
  return fmt::format(
      "; parts show more than the wall meter: {:.4g} J of {}; does it feed all of "
      "this machine?",
      *inside.joules, names_of(parts));
}

/// The total of meters at the plug, where there are some: they cover everything. One of them that
/// was named and cannot be read makes it absent.
Energy total_at_plug(const Covered& covered) {
  std::vector<Energy> meters;
  std::vector<Energy> parts;
  for (const Energy& energy : covered.energies)
    (is_at_plug(energy.scope) ? meters : parts).push_back(energy);
  for (const SensorStatus& status : covered.statuses)
    if (is_missing_meter(status)) return absent_total(status.reason, with_remedy(status));
  Energy total = sum_or_absent({meters, covered.scopes, covered.statuses});
  total.detail += contradiction(parts, total, covered);
  return total;
}

Energy total_of(const Covered& covered) {
  const bool at_plug =
      std::any_of(covered.energies.begin(), covered.energies.end(),
                  [](const Energy& energy) { return is_at_plug(energy.scope); }) ||
      std::any_of(covered.statuses.begin(), covered.statuses.end(), is_missing_meter);
  return at_plug ? total_at_plug(covered) : sum_or_absent(covered);
}

/// What was asked for by name comes first, then the reason that helps most: a permission can be
/// given, a virtual machine not left.
Energy total_without_sensor(const std::vector<SensorStatus>& statuses) {
  const auto meter = std::find_if(statuses.begin(), statuses.end(), is_missing_meter);
  if (meter != statuses.end()) return absent_total(meter->reason, with_remedy(*meter));
  for (const char* reason :
       {"eacces", "masked", "seccomp", "lib_missing", "unreadable", "frozen", "implausible", "vm"})
    for (const SensorStatus& status : statuses)
      if (!status.usable && status.reason == reason)
        return absent_total(reason,
                            status.remedy.empty()
                                ? status.detail
                                : fmt::format("{}; run '{}'", status.detail, status.remedy));
  return absent_total("no_sensor", "this machine has no energy sensor that joulemark can read");
}

/// Those whose asking delays nobody.
void read_fast(const std::vector<std::unique_ptr<Sensor>>& sensors, Readings& readings) {
  for (std::size_t i = 0; i < sensors.size(); ++i)
    if (sensors[i]->sample_interval_s() <= 0) readings[i] = sensors[i]->read();
}

/// The places of those that are slow to ask.
std::vector<std::size_t> slow_ones(const std::vector<std::unique_ptr<Sensor>>& sensors) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < sensors.size(); ++i)
    if (sensors[i]->sample_interval_s() > 0) places.push_back(i);
  return places;
}

enum class Edge { kBegin, kEnd };

/// Slow sensors are read outside of the window of the fast ones. Tells each where that is: it
/// begins when all of the slow have answered and the first of the fast is asked, and ends when the
/// last of the fast has answered and the first of the slow is asked.
void tell_edge(Edge edge, const std::vector<std::unique_ptr<Sensor>>& sensors, Readings& readings) {
  Nanoseconds begin = 0;
  Nanoseconds end = std::numeric_limits<Nanoseconds>::max();
  for (std::size_t i = 0; i < sensors.size(); ++i) {
    const bool is_slow = sensors[i]->sample_interval_s() > 0;
    for (const CounterReading& reading : readings[i]) {
      begin = std::max(begin, is_slow ? reading.t_after_ns : reading.t_before_ns);
      end = std::min(end, is_slow ? reading.t_before_ns : reading.t_after_ns);
    }
  }
  for (const std::size_t i : slow_ones(sensors))
    for (CounterReading& reading : readings[i])
      reading.edge_ns = edge == Edge::kBegin ? begin : end;
}

}  // namespace

Readings read_all(const std::vector<std::unique_ptr<Sensor>>& sensors) {
  Readings readings(sensors.size());
  read_fast(sensors, readings);
  for (const std::size_t i : slow_ones(sensors)) readings[i] = sensors[i]->read();
  tell_edge(Edge::kEnd, sensors, readings);
  return readings;
}

Readings read_fresh(const std::vector<std::unique_ptr<Sensor>>& sensors) {
  Readings readings(sensors.size());
  // The later row of the table takes longer to answer: boards are read next to the window, meters
  // on the network farther away.
  std::vector<std::size_t> slow = slow_ones(sensors);
  std::reverse(slow.begin(), slow.end());
  for (const std::size_t i : slow) readings[i] = sensors[i]->read();
  for (const auto& sensor : sensors) sensor->await_fresh();
  read_fast(sensors, readings);
  tell_edge(Edge::kBegin, sensors, readings);
  return readings;
}

Energy absent_total(std::string reason, std::string detail) {
  return absent_energy("total", std::move(reason), std::move(detail));
}

std::vector<Energy> measure_between(const std::vector<std::unique_ptr<Sensor>>& sensors,
                                    const Readings& begin, const Readings& end,
                                    const std::vector<SensorStatus>& all_statuses) {
  const std::vector<SensorStatus> statuses = one_for_each_scope(all_statuses);
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
  if (energies.empty()) return {total_without_sensor(all_statuses)};
  Energy total = total_of({energies, scopes, statuses});
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
  const double quantisation = error.resolution_j / std::sqrt(6.0);
  const double time = watts * std::hypot(bracket_s(begin), bracket_s(end)) / std::sqrt(12.0);
  return std::hypot(quantisation, time);
}

}  // namespace joulemark::sensors
