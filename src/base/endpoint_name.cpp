// SPDX-License-Identifier: Apache-2.0
#include "base/endpoint_name.h"

#include <algorithm>

namespace joulemark {

std::optional<std::string> endpoint_url(std::string_view engine) {
  constexpr std::string_view kPrefix = "http:";
  if (engine.starts_with("https://")) return std::string(engine);
  if (!engine.starts_with(kPrefix)) return std::nullopt;
  // "http://host" is an address as well as the prefix with one that lacks its scheme.
  if (engine.substr(kPrefix.size()).starts_with("//")) return std::string(engine);
  return std::string(engine.substr(kPrefix.size()));
}

std::string engine_family(std::string_view engine) {
  if (endpoint_url(engine)) return kEndpointEngine;
  return std::string(engine.substr(0, engine.find('@')));
}

bool is_endpoint_address(std::string_view engine) {
  const auto url = endpoint_url(engine);
  return url && !url->empty() &&
         std::all_of(url->begin(), url->end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_endpoint(const std::map<std::string, std::string>& options) {
  return options.contains("command") || options.contains("url");
}

}  // namespace joulemark
