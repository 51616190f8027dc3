// SPDX-License-Identifier: Apache-2.0
// The flag --prepare, and what tells people of changed settings.
#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "cli/command_line.h"
#include "host/prepare/preparation.h"

namespace joulemark::cli {

void declare_prepare(Arguments& arguments, Arguments::Switch& prepare);

/// Prepares the machine below `root` where that is asked for, with a line of what is changed. Where
/// it is not, restores what a program that was killed has left. To be called before threads start.
Result<std::optional<host::Preparation>> prepare_machine(const std::filesystem::path& root,
                                                         Arguments::Switch prepare);

/// `doctor --restore`: restores what is left, and says what; the exit status.
Result<int> restore_machine(const std::filesystem::path& root);

}  // namespace joulemark::cli
