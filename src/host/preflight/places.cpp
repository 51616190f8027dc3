// SPDX-License-Identifier: Apache-2.0
// The folders that an experiment writes to.
#include <fmt/format.h>

#include <map>

#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

constexpr std::uintmax_t kLeastFree = std::uintmax_t{256} << 20;

std::string mebibytes(std::uintmax_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

struct KnownPlace {
  const Place& place;
  DiskState disk;
};

std::vector<KnownPlace> known_places(const MachineView& view) {
  std::vector<KnownPlace> known;
  for (const Place& place : view.places)
    if (const auto disk = view.system.disk(place.folder)) known.push_back({place, *disk});
  return known;
}

std::string other_place(const Place& place) {
  return fmt::format("free some space, or put {} on another disk", place.name);
}

Findings writable(const KnownPlace& known) {
  const auto& [place, disk] = known;
  if (!disk.is_read_only && disk.may_write) return {};
  return {finding_of("not_writable",
                     fmt::format("{} cannot be in '{}': {}", place.name, place.folder.string(),
                                 disk.is_read_only ? "its file system is read-only"
                                                   : "this user may not write there"),
                     "name another folder (--store, TMPDIR)")};
}

/// `needed` is of all places on that disk.
Findings roomy(const KnownPlace& known, std::uintmax_t needed) {
  const auto& [place, disk] = known;
  const std::string facts =
      fmt::format("{} are free in '{}', and about {} are needed ({})", mebibytes(disk.free_bytes),
                  place.folder.string(), mebibytes(needed), place.name);
  if (disk.free_bytes < needed) return {finding_of("disk_full", facts, other_place(place))};
  if (disk.free_bytes / 2 >= needed && disk.free_bytes >= kLeastFree) return {};
  return {finding_of("disk_low", facts, other_place(place))};
}

}  // namespace

Findings check_places(const MachineView& view) {
  const auto known = known_places(view);
  std::map<std::uintmax_t, std::uintmax_t> needed;
  for (const auto& [place, disk] : known) needed[disk.device] += place.needed_bytes;
  Findings all;
  const auto add = [&](Findings found) {
    std::move(found.begin(), found.end(), std::back_inserter(all));
  };
  for (const KnownPlace& each : known) {
    add(writable(each));
    const auto sum = needed.find(each.disk.device);
    if (sum == needed.end()) continue;  // another place on that disk has told
    add(roomy(each, sum->second));
    needed.erase(sum);
  }
  return all;
}

}  // namespace joulemark::host
