// SPDX-License-Identifier: Apache-2.0
// `--python PATH`: a short spelling of `--engine-root` for the engines that run in a Python.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"

namespace joulemark::cli {

void declare_python(Arguments& arguments, std::string& python);

/// Makes `python` the root of those of `engines` that run in a Python and have no root yet; of all
/// engines where `engines` is empty. Does nothing for "". kUsage when none of them runs in one.
Status add_python_roots(const std::string& python, const std::vector<std::string>& engines,
                        std::map<std::string, std::string>& roots);

}  // namespace joulemark::cli
