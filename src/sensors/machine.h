// SPDX-License-Identifier: Apache-2.0
// What a sensor must know about the machine that it is looked for on.
#pragma once

#include <filesystem>

namespace joulemark::sensors {

/// Whether /proc/cpuinfo under `root` has the processor's flag of a virtual machine.
bool is_virtual_machine(const std::filesystem::path& root);

}  // namespace joulemark::sensors
