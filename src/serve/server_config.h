// SPDX-License-Identifier: Apache-2.0
// Everything that joulemark-server is told, as `joulemark serve` writes it: one JSON object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/server.h"
#include "serve/engine/job_queue.h"
#include "serve/engine/prepared_model.h"

namespace joulemark::serve {

/// What a language model's texts are made with.
struct TextConfig {
  std::string tokenizer;                    ///< tokenizer.json; "": prompts are token ids
  std::string folder;                       ///< of the checkpoint; "": there is none
  std::string chat_template;                ///< a file; "": that of the checkpoint
  std::vector<std::int32_t> stop_ids = {};  ///< that end a text
  bool operator==(const TextConfig&) const = default;
};

/// Where joules are read.
struct EnergyConfig {
  std::string root = "/";                     ///< of the machine's /proc and /sys
  std::vector<std::string> meters = {};       ///< base/meter_address.h
  std::vector<std::string> calibration = {};  ///< base/calibration.h
  bool operator==(const EnergyConfig&) const = default;
};

struct ListenConfig {
  std::string host = "127.0.0.1";
  int port = 0;
  std::string certificate;  ///< PEM; "" for no TLS
  std::string key;
  std::string token;            ///< that clients have to send; "" for none
  std::size_t body_bytes = 0;   ///< of one request
  std::size_t held_bytes = 0;   ///< of the bodies of all requests together
  std::size_t connections = 0;  ///< at once
  bool operator==(const ListenConfig&) const = default;
};

struct ServerConfig {
  std::string plugin;  ///< path of libjoulemark_ENGINE.so
  ModelSource source;
  TextConfig text;
  EnergyConfig energy;
  ListenConfig listen;
  std::vector<std::string> apis;  ///< "openai", "kserve"
  BatchRule batching;
  Nanoseconds time_limit = 0;   ///< of one request; 0: none
  Nanoseconds drain_limit = 0;  ///< for what runs when the server is told to end
  bool ready_as_json = false;   ///< the line that says so
};

std::string to_json(const ServerConfig& config);

/// kUsage where it is no JSON object, or one with a key that is unknown, missing or of another
/// type.
Result<ServerConfig> parse_server_config(std::string_view json);

}  // namespace joulemark::serve
