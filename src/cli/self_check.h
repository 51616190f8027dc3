// SPDX-License-Identifier: Apache-2.0
// `doctor --self-check`: what measuring costs on this machine.
#pragma once

#include <filesystem>

#include "base/error.h"
#include "cli/command_line.h"

namespace joulemark::cli {

struct SelfCheckCommand {
  Arguments::Switch wanted = Arguments::Switch::kOff;
  std::optional<double> seconds;
};

/// The flags of `doctor` for it.
void declare_self_check(Arguments& arguments, SelfCheckCommand& command);

/// Checks and prints; the exit status. What the difference is changes no status.
Result<int> self_check(const SelfCheckCommand& command, const std::filesystem::path& root,
                       Arguments::Switch as_json);

}  // namespace joulemark::cli
