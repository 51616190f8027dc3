// SPDX-License-Identifier: Apache-2.0
// The zones of a powercap tree: their names, what contains what, and which of them are counted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sensors/containment.h"

namespace joulemark::sensors {

struct Zone {
  std::string directory = {};       ///< "intel-rapl:0:1"
  std::filesystem::path path = {};  ///< of that folder
  ScopeInfo scope = {};             ///< of what its name and place say
  Role role = Role::kUnknown;
  double modulus_uj = 0;  ///< max_energy_range_uj and one step; 0: unknown
  double step_j = 0;      ///< of the counter
};

/// What is found in a powercap folder.
struct ZoneList {
  std::vector<Zone> zones;  ///< ordered by folder name
  bool folder_exists = false;
  bool links_dangle = false;  ///< entries exist but lead nowhere: masked by a container runtime
};
/// `claimed` are the scopes that other sensors read already.
ZoneList list_zones(const std::filesystem::path& powercap_folder,
                    std::span<const ScopeInfo> claimed = {});

}  // namespace joulemark::sensors
