// SPDX-License-Identifier: Apache-2.0
// Runs a program of the user's machine to its end.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace joulemark::cli {

/// Whether $PATH leads to `program`.
bool is_on_path(const std::string& program);

/// Starts words[0] from $PATH with the other words, its output appended to `log` and no input, and
/// waits for its end. kFailed when it cannot be started or does not exit with 0, saying which.
Status run_program(const std::vector<std::string>& words, const std::filesystem::path& log);

}  // namespace joulemark::cli
