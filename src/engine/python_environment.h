// SPDX-License-Identifier: Apache-2.0
// Python environments as they lie on the disk: what starts one, and which distributions it holds.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace joulemark::engine {

struct PythonEnvironment {
  std::filesystem::path interpreter;  ///< "" where there is none
  /// site-packages folders and those that their .pth files name, in order.
  std::vector<std::filesystem::path> site_dirs;
};

/// Variables of a process, by name.
using Variables = std::map<std::string, std::string>;

/// The active environment alone, as Python itself has it; else that of the `python3` that would
/// start. Runs a `python3` only if it is a script, because only it knows what it stands for.
PythonEnvironment active_python(const Variables& variables);

/// The environment of an interpreter, or of a folder with bin/python3, that a user has named. Runs
/// nothing. Fails with kMachine and what is wrong with `place`, which the message does not name.
Result<PythonEnvironment> python_at(const std::filesystem::path& place, const Variables& variables);

/// The version in `site`/<distribution>-<version>.dist-info, when that is there.
std::optional<std::string> installed_version(const std::filesystem::path& site,
                                             const std::string& distribution);

}  // namespace joulemark::engine
