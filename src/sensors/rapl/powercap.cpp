// SPDX-License-Identifier: Apache-2.0
// Finds the zones, and says of each that is not used why, with the command that mends it.
#include "sensors/rapl/powercap.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>

#include "base/error.h"
#include "host/kernel_file.h"
#include "host/machine.h"
#include "sensors/counters/counter_discovery.h"
#include "sensors/rapl/powercap_zones.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const SensorEnvironment& environment) {
  return environment.root / "sys/class/powercap";
}

SensorStatus status_of(const Zone& zone, std::string reason, std::string detail) {
  return make_status("powercap", zone.scope.scope, std::move(reason), std::move(detail));
}

std::string describe(const Zone& zone, const Cadence& cadence) {
  const char* range =
      zone.modulus_uj > 0 ? "" : "; its range is unknown, so a wrap counts as a reset";
  return fmt::format("energy counter, {:.3g} J steps, {}{}", zone.step_j, cadence_text(cadence),
                     range);
}

SensorStatus unreadable_status(const Zone& zone, int error, const fs::path& root) {
  const std::string file = (zone.path / "energy_uj").string();
  if (error != EACCES && error != EPERM)
    return status_of(zone, "unreadable",
                     fmt::format("cannot read '{}': {}", file,
                                 error != 0 ? errno_text(error) : "it holds no number"));
  SensorStatus status =
      status_of(zone, "eacces", fmt::format("cannot read '{}': permission denied", file));
  status.remedy = host::powercap_remedy(root);
  return status;
}

/// Why there is no zone at all.
SensorStatus nothing_status(const ZoneList& list, const SensorEnvironment& environment) {
  SensorStatus status;
  status.sensor = "powercap";
  const std::string folder = folder_of(environment).string();
  if (list.links_dangle) {
    status.reason = "masked";
    status.detail = fmt::format("the zones in '{}' lead nowhere: the container hides them", folder);
    status.remedy =
        "start the container with -v "
        "/sys/devices/virtual/powercap:/sys/devices/virtual/powercap:ro";
    return status;
  }
  if (host::is_virtual_machine(environment.root)) {
    status.reason = "vm";
    status.detail = "this is a virtual machine, and its host passes no energy counter on";
    return status;
  }
  status.reason = "absent";
  status.detail = fmt::format("no energy counter in '{}'", folder);
  status.remedy = "sudo modprobe intel_rapl_msr";
  return status;
}

struct Opened {
  std::vector<Zone> zones;
  std::vector<Counter> counters;  ///< parallel to zones
  std::vector<SensorStatus> statuses;
};

/// The registers count in powers of two of a joule, and the driver takes those for whole
/// nanojoules or, of a server's memory, for 15.3 µJ: up to 0.3 % beside the truth. What a
/// microjoule of the file really is; 1e-6 where its step is near no power of two.
double true_microjoule(double step_j) {
  constexpr double kNear = 0.004;
  const double power = std::exp2(std::round(std::log2(step_j)));
  return std::abs(power / step_j - 1) < kNear ? 1e-6 * power / step_j : 1e-6;
}

Counter counter_of(const Zone& zone, SysfsFile file) {
  return {.scope = zone.scope,
          .range = {.unit_j = true_microjoule(zone.step_j), .modulus = zone.modulus_uj},
          .step_j = zone.step_j,
          .update_s = kRaplUpdateS,
          .source = std::make_unique<FileCounter>(std::move(file))};
}

Opened open_zones(std::vector<Zone> zones, const fs::path& root) {
  Opened opened;
  for (Zone& zone : zones) {
    if (zone.role != Role::kCounted) {
      // Never opened: a read disturbs a core, and nothing would come of it.
      opened.statuses.push_back(status_of_role("powercap", zone.scope.scope, zone.role));
      continue;
    }
    auto file = SysfsFile::open(zone.path / "energy_uj");
    char buffer[64];
    const auto text = file ? file->read(buffer, sizeof buffer)
                           : tl::expected<std::string_view, int>(tl::unexpect, file.error());
    if (!text || !host::parse_number<std::uint64_t>(*text)) {
      opened.statuses.push_back(unreadable_status(zone, text ? 0 : text.error(), root));
      continue;
    }
    opened.counters.push_back(counter_of(zone, *std::move(file)));
    opened.zones.push_back(std::move(zone));
  }
  return opened;
}

}  // namespace

Discovered find_powercap(const SensorEnvironment& environment,
                         const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  const fs::path folder = folder_of(environment);
  ZoneList list = list_zones(folder, claimed);
  if (list.zones.empty()) {
    found.statuses.push_back(nothing_status(list, environment));
    return found;
  }
  Opened opened = open_zones(std::move(list.zones), environment.root);
  found.statuses = std::move(opened.statuses);
  if (opened.zones.empty()) return found;

  add_counters(
      {.name = "powercap",
       .counters = std::move(opened.counters),
       .clock = environment.clock,
       .remedy = host::reload_remedy(environment.root, "intel_rapl_msr")},
      [&](std::size_t index, const Cadence& cadence) {
        return describe(opened.zones[index], cadence);
      },
      found);
  return found;
}

}  // namespace joulemark::sensors
