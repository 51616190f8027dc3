// SPDX-License-Identifier: Apache-2.0
// Graphics boards of a machine, which drivers tell of.
#pragma once

#include <filesystem>
#include <string>

#include "sim/kinds.h"
#include "sim/machine.h"

namespace joulemark::sim {

/// Why `part` can be no board; "" where it can.
std::string board_part_objection(const Part& part);
/// Why the machine cannot have all of its boards; "" where it can.
std::string board_objection(const Machine& machine);

bool has_boards(const Machine& machine);

/// Puts the libraries of the machine's drivers into `root`/sim/lib, copies of those in the folder
/// `simulated_drivers` beside the program, each with what it is to say of its boards. They take the
/// time from `root`/sim/clock (simulated_drivers/clock.h). kMachine where a library is missing.
Status install_drivers(const std::filesystem::path& root, const Machine& machine);

}  // namespace joulemark::sim
