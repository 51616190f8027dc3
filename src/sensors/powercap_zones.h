// SPDX-License-Identifier: Apache-2.0
// The zones of a powercap tree: their names, what contains what, and which of them are counted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace joulemark::sensors {

/// What a zone measures.
enum class Domain { kPackage, kDram, kCore, kUncore, kPsys, kOther };

/// Why a zone is counted or not. Energy containment, which is not the nesting of the folders: dram
/// stands inside its package's folder, but its energy is not in the package's.
enum class Role {
  kCounted,    ///< part of the total
  kContained,  ///< its energy is already in a counted zone
  kContainer,  ///< psys: its energy includes counted zones
  kDuplicate,  ///< a second way to read a counted zone
  kUnknown     ///< a name that tells nothing
};

struct Zone {
  std::string directory = {};       ///< "intel-rapl:0:1"
  std::filesystem::path path = {};  ///< of that folder
  std::string scope = {};           ///< unique: "package-0", "dram-0", "package-0-die-1", "psys"
  std::string socket = {};          ///< "0", or "0-die-1"; "" for psys
  Domain domain = Domain::kOther;
  Role role = Role::kUnknown;
  double modulus_uj = 0;  ///< max_energy_range_uj and one step; 0: unknown
  double step_j = 0;      ///< of the counter
};

/// Whether two zones may show one counter: the same domain in two dies of one socket.
bool may_mirror(const Zone& a, const Zone& b);

/// What is found in a powercap folder.
struct ZoneList {
  std::vector<Zone> zones;  ///< ordered by folder name
  bool folder_exists = false;
  bool links_dangle = false;  ///< entries exist but lead nowhere: masked by a container runtime
};
ZoneList list_zones(const std::filesystem::path& powercap_folder);

}  // namespace joulemark::sensors
