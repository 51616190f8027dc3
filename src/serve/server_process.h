// SPDX-License-Identifier: Apache-2.0
// The life of joulemark-server: listen, prepare, answer, drain.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "joulemark/engine_abi.h"
#include "serve/server_config.h"

namespace joulemark::serve {

/// Gives the call table of the plugin at a path, valid for the rest of the process. Called from the
/// engine's thread.
using PluginLoader = std::function<Result<const jm_engine_api*>(const std::string& path)>;

/// Serves until SIGTERM or SIGINT, which this thread blocks from now on. Says on `ready_fd` in one
/// line when the model answers. Then takes nothing more and lets what it has be answered, as long
/// as the configuration says. kFailed when something was not; what else fails comes before it is
/// ready. Never returns where the engine does not come back from a call: ends the process then.
Status serve(const ServerConfig& config, const PluginLoader& load_plugin, int ready_fd);

}  // namespace joulemark::serve
