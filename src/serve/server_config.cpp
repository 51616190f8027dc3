// SPDX-License-Identifier: Apache-2.0
// One table of keys, read by both directions.
#include "serve/server_config.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace joulemark::serve {
namespace {

using nlohmann::json;

/// Each key of the object with the member that it is: `visit` is called for every one.
template <class Config, class Visit>
void each_key(Config& config, Visit visit) {
  visit("plugin", config.plugin);
  visit("library_dir", config.source.open.library_dir);
  visit("provider", config.source.open.provider);
  visit("threads", config.source.open.threads);
  visit("affinity", config.source.open.affinity);
  visit("options", config.source.open.options);
  visit("model", config.source.load.model);
  visit("precision", config.source.load.precision);
  visit("name", config.source.name);
  visit("engine", config.source.engine);
  visit("max_tokens", config.source.max_tokens);
  visit("shapes", config.source.shapes);
  visit("tokenizer", config.text.tokenizer);
  visit("folder", config.text.folder);
  visit("chat_template", config.text.chat_template);
  visit("stop_ids", config.text.stop_ids);
  visit("root", config.energy.root);
  visit("meters", config.energy.meters);
  visit("calibration", config.energy.calibration);
  visit("host", config.listen.host);
  visit("port", config.listen.port);
  visit("certificate", config.listen.certificate);
  visit("key", config.listen.key);
  visit("token", config.listen.token);
  visit("body_bytes", config.listen.body_bytes);
  visit("held_bytes", config.listen.held_bytes);
  visit("connections", config.listen.connections);
  visit("apis", config.apis);
  visit("max_waiting", config.batching.max_waiting);
  visit("max_rows", config.batching.max_rows);
  visit("max_delay_ns", config.batching.max_delay);
  visit("time_limit_ns", config.time_limit);
  visit("drain_limit_ns", config.drain_limit);
  visit("ready_as_json", config.ready_as_json);
}

tl::unexpected<Error> wrong(const std::string& what) {
  return fail(
      ErrorKind::kUsage,
      fmt::format("joulemark-server's configuration {}; it is made by 'joulemark serve'", what));
}

}  // namespace

std::string to_json(const ServerConfig& config) {
  json object = json::object();
  each_key(config, [&](const char* key, const auto& member) { object[key] = member; });
  // Paths are bytes; what is no UTF-8 cannot be said in JSON, and is refused where it is read.
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<ServerConfig> parse_server_config(std::string_view text) {
  json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return wrong("is no JSON object");
  ServerConfig config;
  std::string problem;
  each_key(config, [&](const char* key, auto& member) {
    try {
      member = object.at(key).get<std::decay_t<decltype(member)>>();
    } catch (const json::exception& error) {
      if (problem.empty()) problem = fmt::format("has no good '{}': {}", key, error.what());
    }
    object.erase(key);
  });
  if (!problem.empty()) return wrong(problem);
  if (!object.empty()) return wrong(fmt::format("has the unknown key '{}'", object.begin().key()));
  return config;
}

}  // namespace joulemark::serve
