// SPDX-License-Identifier: Apache-2.0
// Names after the kernel's drivers/powercap/intel_rapl_common.c; AMD processors use the same ones.
#include "sensors/powercap_zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "host/kernel_file.h"
#include "sensors/sysfs_file.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRegisters = "intel-rapl:";
constexpr std::string_view kMmio = "intel-rapl-mmio:";
/// 2^-14 J: the usual step where the file that tells it is missing.
constexpr double kUsualStepJ = 1.0 / 16384;
/// The counters are 32 bits of steps.
constexpr double kStepsLessOne = 4294967295.0;

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
  if (name == "psys") return Domain::kPsys;
  return Domain::kOther;
}

Zone read_zone(const fs::path& folder, const std::string& directory) {
  Zone zone{.directory = directory, .path = folder / directory};
  const std::string name = host::read_small(zone.path / "name").value_or("");
  zone.domain = domain_of(name);
  zone.scope = name.empty() ? directory : name;
  if (zone.domain == Domain::kPackage) zone.socket = name.substr(std::string("package-").size());
  const auto range = host::read_number<std::uint64_t>(zone.path / "max_energy_range_uj");
  zone.step_j = kUsualStepJ;
  if (range && *range > 0) {
    const double step_uj = static_cast<double>(*range) / kStepsLessOne;
    zone.modulus_uj = static_cast<double>(*range) + step_uj;
    zone.step_j = step_uj * 1e-6;
  }
  return zone;
}

/// A sub-zone belongs to the socket of its parent: every socket has a "dram".
void name_after_parents(std::vector<Zone>& zones) {
  for (Zone& zone : zones) {
    const std::string parent = parent_of(zone.directory);
    if (parent.empty() || zone.domain == Domain::kPackage) continue;
    const auto found = std::find_if(zones.begin(), zones.end(),
                                    [&](const Zone& z) { return z.directory == parent; });
    if (found == zones.end() || found->socket.empty()) continue;
    zone.socket = found->socket;
    zone.scope += "-" + zone.socket;
  }
}

Role role_of(const Zone& zone, const std::vector<Zone>& zones) {
  const auto has = [&](auto matches) { return std::any_of(zones.begin(), zones.end(), matches); };
  if (is_mmio(zone) && has([&](const Zone& z) { return !is_mmio(z) && z.scope == zone.scope; }))
    return Role::kDuplicate;
  switch (zone.domain) {
    case Domain::kPackage:
    case Domain::kDram:
      return Role::kCounted;
    case Domain::kCore:
    case Domain::kUncore:
      return has([&](const Zone& z) {
        return z.domain == Domain::kPackage && z.socket == zone.socket;
      })
                 ? Role::kContained
                 : Role::kCounted;
    case Domain::kPsys:
      return has([](const Zone& z) { return z.domain == Domain::kPackage; }) ? Role::kContainer
                                                                             : Role::kCounted;
    case Domain::kOther:
      break;
  }
  return Role::kUnknown;
}

/// Two zones of one name would be one scope: the second and later ones carry their folder.
void make_scopes_unique(std::vector<Zone>& zones) {
  std::set<std::string> seen;
  for (Zone& zone : zones)
    if (zone.role != Role::kDuplicate && !seen.insert(zone.scope).second)
      zone.scope += fmt::format(" ({})", zone.directory);
}

}  // namespace

bool may_mirror(const Zone& a, const Zone& b) {
  const auto number = [](const Zone& zone) { return zone.socket.substr(0, zone.socket.find('-')); };
  return a.domain == b.domain && !a.socket.empty() && a.socket != b.socket &&
         number(a) == number(b);
}

ZoneList list_zones(const fs::path& powercap_folder) {
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
  for (Zone& zone : list.zones) zone.role = role_of(zone, list.zones);
  make_scopes_unique(list.zones);
  return list;
}

}  // namespace joulemark::sensors
