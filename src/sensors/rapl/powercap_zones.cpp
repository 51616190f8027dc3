// SPDX-License-Identifier: Apache-2.0
// Names after the kernel's drivers/powercap/intel_rapl_common.c; AMD processors use the same ones.
#include "sensors/rapl/powercap_zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "host/kernel_file.h"
#include "sensors/counters/counter_source.h"
#include "sensors/sysfs_file.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRegisters = "intel-rapl:";
constexpr std::string_view kMmio = "intel-rapl-mmio:";
/// The counters are 32 bits of steps.
constexpr double kStepsLessOne = 4294967295.0;
/// Steps that a register may have, joules: 1 µJ to 1 J are known.
constexpr double kLeastStepJ = 0.9e-6;
constexpr double kMostStepJ = 2;
/// The kernel's own names have 16 characters at most.
constexpr std::size_t kLongestName = 40;

bool is_zone_name(std::string_view name) {
  return name.starts_with(kRegisters) || name.starts_with(kMmio);
}

bool is_mmio(const Zone& zone) {
  return zone.directory.starts_with(kMmio);
}

/// "intel-rapl:0" of "intel-rapl:0:1"; "" for a top zone.
std::string parent_of(const std::string& directory) {
  const auto first = directory.find(':');
  const auto last = directory.rfind(':');
  return first == last ? std::string() : directory.substr(0, last);
}

Domain domain_of(std::string_view name) {
  if (name.starts_with("package-")) return Domain::kPackage;
  if (name == "dram") return Domain::kDram;
  if (name == "core") return Domain::kCore;
  if (name == "uncore") return Domain::kUncore;
  // Of the second and later sockets "psys-1".
  if (name == "psys" || name.starts_with("psys-")) return Domain::kPsys;
  return Domain::kOther;
}

/// The zone's range and the step that follows from it, where they can be those of a register.
void read_range(Zone& zone) {
  zone.step_j = kUsualRaplStepJ;
  const auto range = host::read_number<std::uint64_t>(zone.path / "max_energy_range_uj");
  if (!range) return;
  const double step_uj = static_cast<double>(*range) / kStepsLessOne;
  if (step_uj < kLeastStepJ * 1e6 || step_uj > kMostStepJ * 1e6) return;
  zone.modulus_uj = static_cast<double>(*range) + step_uj;
  zone.step_j = step_uj * 1e-6;
}

Zone read_zone(const fs::path& folder, const std::string& directory) {
  Zone zone{.directory = directory, .path = folder / directory};
  std::string name = host::read_small(zone.path / "name").value_or("");
  if (name.size() > kLongestName) name.clear();
  zone.scope = {.scope = name.empty() ? directory : name, .domain = domain_of(name), .device = ""};
  if (zone.scope.domain == Domain::kPackage)
    zone.scope.device = name.substr(std::string("package-").size());
  read_range(zone);
  return zone;
}

/// A sub-zone belongs to the socket of its parent: every socket has a "dram".
void name_after_parents(std::vector<Zone>& zones) {
  for (Zone& zone : zones) {
    const std::string parent = parent_of(zone.directory);
    if (parent.empty() || zone.scope.domain == Domain::kPackage) continue;
    const auto found = std::find_if(zones.begin(), zones.end(),
                                    [&](const Zone& z) { return z.directory == parent; });
    if (found == zones.end() || found->scope.device.empty()) continue;
    zone.scope.device = found->scope.device;
    zone.scope.scope += "-" + zone.scope.device;
  }
}

/// Of a machine whose other sensors read `claimed`.
Role role_of(const Zone& zone, const std::vector<Zone>& zones, std::span<const ScopeInfo> claimed) {
  const auto is_twin = [&](const Zone& z) {
    return !is_mmio(z) && z.scope.scope == zone.scope.scope;
  };
  if (is_mmio(zone) && std::any_of(zones.begin(), zones.end(), is_twin)) return Role::kDuplicate;
  const Role beside = role_beside(zone.scope, claimed);
  if (beside != Role::kCounted) return beside;
  std::vector<ScopeInfo> others;
  // Two zones of one name are two counters until their values say otherwise.
  const auto is_alike = [&](const Zone& other) {
    return other.scope.domain == zone.scope.domain && other.scope.device == zone.scope.device;
  };
  for (const Zone& other : zones)
    if (!is_alike(other) && is_mmio(other) == is_mmio(zone)) others.push_back(other.scope);
  return role_beside(zone.scope, others);
}

/// Two zones of one name would be one scope: the second and later ones carry their folder.
void make_scopes_unique(std::vector<Zone>& zones) {
  std::set<std::string> seen;
  for (Zone& zone : zones)
    if (zone.role != Role::kDuplicate && !seen.insert(zone.scope.scope).second)
      zone.scope.scope += fmt::format(" ({})", zone.directory);
}

}  // namespace

ZoneList list_zones(const fs::path& powercap_folder, std::span<const ScopeInfo> claimed) {
  ZoneList list;
  std::error_code error;
  list.folder_exists = fs::is_directory(powercap_folder, error);
  std::vector<std::string> names;
  for (fs::directory_iterator it(powercap_folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code missing;
    if (!is_zone_name(name)) continue;
    if (fs::exists(it->path(), missing)) {
      names.push_back(name);
    } else {
      list.links_dangle = true;
    }
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) list.zones.push_back(read_zone(powercap_folder, name));
  name_after_parents(list.zones);
  for (Zone& zone : list.zones) zone.role = role_of(zone, list.zones, claimed);
  make_scopes_unique(list.zones);
  return list;
}

}  // namespace joulemark::sensors
