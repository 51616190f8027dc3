// SPDX-License-Identifier: Apache-2.0
// Names of events after the kernel's arch/x86/events/rapl.c.
#include "sensors/rapl/perf_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/split.h"
#include "host/kernel_file.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

struct EventName {
  const char* name;
  const char* scope;
  Domain domain;
};

constexpr EventName kEvents[] = {{"energy-pkg", "package", Domain::kPackage},
                                 {"energy-ram", "dram", Domain::kDram},
                                 {"energy-cores", "core", Domain::kCore},
                                 {"energy-gpu", "uncore", Domain::kUncore},
                                 {"energy-psys", "psys", Domain::kPsys}};

constexpr int kMostCpus = 65536;
/// One of each die; no machine has so many.
constexpr std::size_t kMostCounters = 1024;
/// Units that a counter may have, joules: beyond, the file holds nonsense.
constexpr double kLeastUnitJ = 1e-12;
constexpr double kMostUnitJ = 1e3;

/// "0", or "0-die-1" where the socket has several dies that count for themselves.
struct Place {
  int socket = 0;
  int die = 0;
};

/// Empty where the machine does not tell.
std::optional<Place> place_of(const fs::path& root, int cpu) {
  const fs::path topology =
      root / "sys/devices/system/cpu" / fmt::format("cpu{}", cpu) / "topology";
  const auto socket = host::read_number<int>(topology / "physical_package_id");
  const int die = host::read_number<int>(topology / "die_id").value_or(0);
  if (!socket || *socket < 0) return std::nullopt;
  return Place{*socket, die >= 0 && die < kMostCpus ? die : 0};
}

/// The kernel names one processor for each counter. Where it does not tell the socket it is the
/// next one, and a second processor of one die is a die more: values tell later whether they are
/// two.
std::map<int, std::string> devices_of(const fs::path& root, const std::vector<int>& cpus) {
  std::map<int, Place> places;
  std::map<int, std::set<int>> dies;
  for (const int cpu : cpus) {
    const int next = static_cast<int>(places.size());
    Place place = place_of(root, cpu).value_or(Place{.socket = next});
    std::set<int>& taken = dies[place.socket];
    if (taken.contains(place.die)) place.die = *taken.rbegin() + 1;
    taken.insert(place.die);
    places[cpu] = place;
  }
  std::map<int, std::string> devices;
  for (const auto& [cpu, place] : places)
    devices[cpu] = dies[place.socket].size() > 1 ? fmt::format("{}-die-{}", place.socket, place.die)
                                                 : std::to_string(place.socket);
  return devices;
}

/// The unit in joules, or what is wrong with the files that tell it.
tl::expected<double, std::string> unit_of(const fs::path& event) {
  const auto unit = host::read_small(event.string() + ".unit");
  if (unit && *unit != "Joules")
    return tl::unexpected<std::string>(fmt::format("its unit is '{}', not Joules", *unit));
  const auto scale = host::read_number<double>(event.string() + ".scale");
  if (!scale) return tl::unexpected<std::string>("it has no scale that is a number");
  if (!(*scale >= kLeastUnitJ && *scale <= kMostUnitJ))
    return tl::unexpected<std::string>(
        fmt::format("its scale is {}, which no counter has", *scale));
  return *scale;
}

}  // namespace

std::optional<std::vector<int>> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  for (const std::string& part : split(host::trimmed(text), ',')) {
    const auto dash = part.find('-');
    const auto first = host::parse_number<int>(std::string_view(part).substr(0, dash));
    const auto last = dash == std::string::npos
                          ? first
                          : host::parse_number<int>(std::string_view(part).substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last >= kMostCpus) return std::nullopt;
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

std::optional<std::uint64_t> parse_event_config(std::string_view text) {
  constexpr std::string_view kPrefix = "event=0x";
  text = host::trimmed(text);
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  std::uint64_t config = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), config, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return config;
}

PowerPmu read_power_pmu(const fs::path& root) {
  const fs::path folder = root / "sys/bus/event_source/devices/power";
  PowerPmu pmu;
  const auto type = host::read_number<std::uint32_t>(folder / "type");
  pmu.exists = type.has_value();
  if (!pmu.exists) return pmu;
  const auto cpus = parse_cpu_list(host::read_small(folder / "cpumask").value_or("0"));
  if (!cpus) {
    pmu.unclear.emplace_back("cpumask is no list of processors");
    return pmu;
  }
  if (cpus->size() > kMostCounters) {
    pmu.unclear.push_back(fmt::format("cpumask names {} processors", cpus->size()));
    return pmu;
  }
  const auto devices = devices_of(root, *cpus);
  for (const EventName& event : kEvents) {
    const fs::path file = folder / "events" / event.name;
    const auto text = host::read_small(file);
    if (!text) continue;
    const auto config = parse_event_config(*text);
    const auto unit = unit_of(file);
    if (!config || !unit) {
      pmu.unclear.push_back(fmt::format(
          "{}: {}", event.name, !config ? fmt::format("'{}' is no event", *text) : unit.error()));
      continue;
    }
    const bool whole = event.domain == Domain::kPsys;
    for (const auto& [cpu, device] : devices) {
      pmu.events.push_back(
          {.event = {.name = event.name, .type = *type, .config = *config, .cpu = cpu},
           .scope = {.scope = whole ? event.scope : fmt::format("{}-{}", event.scope, device),
                     .domain = event.domain,
                     .device = whole ? "" : device},
           .unit_j = *unit});
      if (whole) break;
    }
  }
  return pmu;
}

}  // namespace joulemark::sensors
