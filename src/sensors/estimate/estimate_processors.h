// SPDX-License-Identifier: Apache-2.0
// Which processor it is, for models: its microarchitecture and its thermal design power.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sensors/estimate/estimate_models.h"

namespace joulemark::sensors {

/// Less "(R)", "(TM)", "CPU" and repeated blanks: "Intel Xeon Gold 6148 @ 2.40GHz".
std::string plain_processor_name(std::string_view name);

/// Whether the words of `wanted` stand in the plain name of a processor.
bool has_words(std::string_view plain_name, std::string_view wanted);

/// "Cascade Lake", "EPYC 4th Gen"; empty for those that are in no table.
std::string_view microarchitecture_of(const ProcessorFacts& facts);

/// Thermal design power of all processors, or of this machine's share of them.
struct DesignPower {
  double low_w = 0;   ///< where only the die is known: of its most frugal server product,
  double high_w = 0;  ///< and of its least frugal one
};
std::optional<DesignPower> design_power_of(const ProcessorFacts& facts);

/// How many whole processors the machine has: sockets, or of a virtual machine the share that its
/// logical processors are of one with this name. Empty where that is not known.
std::optional<double> processors_of(const ProcessorFacts& facts);

}  // namespace joulemark::sensors
