// SPDX-License-Identifier: Apache-2.0
// What a board offers: its scope, and where its joules come from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "joulemark/sensor.h"
#include "sensors/boards/board.h"
#include "sensors/boards/nvml_device.h"
#include "sensors/boards/nvml_sharing.h"

namespace joulemark::sensors {

/// A board whose energy can be measured: by its counter, or by the integral of its power.
struct NvmlBoard {
  ScopeInfo scope = {};
  std::shared_ptr<NvmlDevice> device = nullptr;
  std::optional<NvmlEnergy> energy = {};  ///< empty: it has no counter
  NvmlPower power = NvmlPower::kUsage;    ///< asked where it has none, or is not believed
  std::shared_ptr<NvmlSharing> sharing = nullptr;
  std::string doubt = {};  ///< why its counter is not believed; "" where it is
};

/// The scope of board `device` ("0") where what it measures is the board alone.
ScopeInfo nvml_scope(const std::string& device);

/// Watts now; empty when the driver has no believable answer. A board never draws nothing.
std::optional<double> board_watts(NvmlDevice& device, NvmlPower way);

/// Looks at board `index` once: all of the calls that are too slow to be made while something is
/// measured. /proc is looked for below `root`. The error is the row of a board that is not used.
tl::expected<NvmlBoard, SensorStatus> open_nvml_board(
    const std::shared_ptr<const NvmlLibrary>& library, unsigned index,
    const std::filesystem::path& root);

}  // namespace joulemark::sensors
