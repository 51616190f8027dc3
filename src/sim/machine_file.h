// SPDX-License-Identifier: Apache-2.0
// Machines in TOML files: those that come with Joulemark, and a user's own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/machine.h"

namespace joulemark::sim {

/// The names of the machines that come with Joulemark, in order.
std::vector<std::string> machine_names();

/// The machine `name`, or the one in the file of that name where it ends in ".toml".
Result<Machine> load_machine(const std::string& name);

/// The machine of a document; `file` is for messages. Untrusted: everything in it is checked, and
/// no part stands outside of the tree.
Result<Machine> parse_machine(std::string_view toml, const std::string& file);

/// A file that is compiled in.
struct EmbeddedMachine {
  const char* name;
  const char* toml;
};
/// Made by CMake from machines/*.toml, ordered by name.
const std::vector<EmbeddedMachine>& embedded_machines();

}  // namespace joulemark::sim
