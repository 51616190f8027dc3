// SPDX-License-Identifier: Apache-2.0
// The flag --root: where a command takes the machine from.
#pragma once

#include <string>

#include "base/error.h"
#include "cli/command_line.h"

namespace joulemark::cli {

/// Declares --root, whose text goes to `root`; "/" unless given.
void declare_root(Arguments& arguments, std::string& root);

/// kUsage when `root` is no folder: where nothing is, nothing would be found wrong.
Status check_root(const std::string& root);

}  // namespace joulemark::cli
