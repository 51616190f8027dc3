// SPDX-License-Identifier: Apache-2.0
// The machine: what it is (fingerprint), and what on it disturbs a measurement (preflight).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::host {

/// What the machine is, from /proc, /sys and /etc under `root`; a fact that cannot be read is left
/// out. `key` is a digest of the facts: equal for the same machine in the same state since the same
/// boot. Never fails.
HostFingerprint fingerprint(const std::filesystem::path& root);

/// Something on the machine that matters to a measurement.
struct Finding {
  std::string code;      ///< stable: "governor", "boost", "load"
  std::string severity;  ///< "info", "warning" or "error"
  std::string message;   ///< what, with the value found
  std::string remedy;    ///< the command or step that mends it; "" where nothing does
};

/// One row of the table of checks.
struct Check {
  const char* code;
  const char* what;  ///< what it looks at, for the manual
  std::vector<Finding> (*run)(const std::filesystem::path& root);
};

/// The one table of checks, in the order in which they are shown.
const std::vector<Check>& check_table();

/// What the checks found; empty when nothing disturbs.
std::vector<Finding> preflight(const std::filesystem::path& root);

}  // namespace joulemark::host
