// SPDX-License-Identifier: Apache-2.0
// `joulemark engines ENGINE --operators`: the operators of model files that an engine computes.
#pragma once

#include <string>

#include "base/error.h"
#include "cli/command_line.h"
#include "engine/discovery.h"

namespace joulemark::cli {

/// Asks the install that `engine` names, and prints the list as a table or as JSON. kUnsupported
/// for an engine that does not list them.
Result<int> list_engine_operators(const std::string& engine, const engine::SearchPath& path,
                                  Arguments::Switch as_json);

}  // namespace joulemark::cli
