// SPDX-License-Identifier: Apache-2.0
// Which channels of which hwmon chips measure what.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// What a channel's number is.
enum class ChannelKind {
  kEnergy,      ///< energyN_input, microjoules
  kPower,       ///< powerN_input or powerN_average, microwatts
  kMilliwatts,  ///< in_powerN_input of NVIDIA's older kernels
  kProduct      ///< inN_input · currN_input, millivolts and milliamperes
};

/// A channel that measures energy or power.
struct HwmonChannel {
  std::filesystem::path file;    ///< of its number; of its voltage for a product
  std::filesystem::path second;  ///< of its current for a product
  ChannelKind kind = ChannelKind::kEnergy;
  ScopeInfo scope;         ///< domain kOther where nobody knows what it measures
  double step = 1;         ///< of the number, where the converter's is known
  double second_step = 1;  ///< of the second
  double average_s = 0;
  double update_s = 0.001;  ///< between two updates; of a counter too
};

/// The channels of all chips below `root`/sys/class/hwmon, in the order of the folders, and those
/// of Jetson modules whose kernel shows them as devices of the industrial I/O subsystem.
std::vector<HwmonChannel> list_channels(const std::filesystem::path& root);

}  // namespace joulemark::sensors
