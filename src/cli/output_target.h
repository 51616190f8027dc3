// SPDX-License-Identifier: Apache-2.0
// Whether a file may be written, before the work for it begins.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "joulemark/experiment.h"

namespace joulemark::cli {

/// A file that is still needed, and what it is: "the store".
struct KeptFile {
  std::string what;
  std::filesystem::path path;
};

/// Models and inputs of an experiment.
std::vector<KeptFile> kept_files(const Experiment& experiment);

/// kUsage when `target`, which `flag` names, is one of `kept` (under whatever name), is or belongs
/// to an SQLite database, or is in a place that cannot be written to. Devices and pipes are fine.
Status check_output(const std::string& flag, const std::filesystem::path& target,
                    const std::vector<KeptFile>& kept);

}  // namespace joulemark::cli
