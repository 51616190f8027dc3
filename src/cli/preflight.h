// SPDX-License-Identifier: Apache-2.0
// What is looked at before an experiment: the machine, its sensors and its boards.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "host/preflight/preflight.h"
#include "sensors/catalog.h"

namespace joulemark::cli {

/// The flags --strict and --allow.
struct PreflightFlags {
  Arguments::Switch strict = Arguments::Switch::kOff;
  std::vector<std::string> allowed;  ///< codes of findings

  void declare(Arguments& arguments);
  /// kUsage for a code that does not exist.
  [[nodiscard]] Status check() const;
};

/// The folders that an experiment writes to: that of the store, which will grow by `store_bytes`,
/// and the temporary one.
std::vector<host::Place> places_of(const std::string& store, std::uintmax_t store_bytes);

/// Everything that is found: by `preflight`, which looks again, in the rows of the sensors, and on
/// the boards; in the order of the table.
std::vector<Finding> find_all(host::Preflight& preflight,
                              const sensors::SensorEnvironment& environment,
                              const std::vector<SensorStatus>& statuses);

/// Lines on standard error: what disturbs, the worst first, and how many more there are.
void print_findings(const std::vector<Finding>& findings);

/// With --strict kMachine when something disturbs that is not allowed, after a line for each.
Status refuse_disturbed(const PreflightFlags& flags, const std::vector<Finding>& findings);

}  // namespace joulemark::cli
