// SPDX-License-Identifier: Apache-2.0
#include "serve/ready_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace joulemark::serve {
namespace {

std::string url_of(const ListenConfig& listen, int port) {
  const bool is_ipv6 = listen.host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", listen.certificate.empty() ? "http" : "https",
                     is_ipv6 ? '[' + listen.host + ']' : listen.host, port);
}

}  // namespace

std::string ready_line(const ServerConfig& config, const ServedModel& model, int port) {
  const std::string url = url_of(config.listen, port);
  if (!config.ready_as_json) return fmt::format("listening on {}\n", url);
  const nlohmann::json line = {{"url", url},
                               {"model", model.name},
                               {"engine", model.engine},
                               {"version", model.version},
                               {"pid", ::getpid()}};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace joulemark::serve
