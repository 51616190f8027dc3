// SPDX-License-Identifier: Apache-2.0
// What `joulemark serve` is told, and what it tells the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/engine_flags.h"
#include "serve/server_config.h"

namespace joulemark::cli {

/// The flags as they were given.
struct ServeFlags {
  EngineFlags engine;
  std::string model, name;
  std::string host = "127.0.0.1";
  std::string api = "openai,kserve";
  std::string affinity, chat_template, token_file, certificate, key;
  std::string root = "/";
  std::vector<std::string> shapes, meters, calibration;
  std::optional<std::int64_t> port, max_batch, max_queue, body_mib, held_mib, connections;
  std::optional<double> max_queue_delay_ms, time_limit_s, drain_s;
  Arguments::Switch as_json = Arguments::Switch::kOff;
};

/// Finds the engine, fetches or makes the model, and checks the rest. kUsage for flags that are
/// wrong, kUnsupported for an engine or a model that cannot be served, else as find_engine and
/// find_models fail.
Result<serve::ServerConfig> server_config(const ServeFlags& flags);

}  // namespace joulemark::cli
