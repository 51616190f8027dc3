// SPDX-License-Identifier: Apache-2.0
// The server behind an address, as it is asked for its API and its models.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/client.h"
#include "load/target.h"

namespace joulemark::load {

/// Both have to outlive it.
class AskedServer {
 public:
  AskedServer(http::Client& client, const TargetQuery& query) : client_(client), query_(query) {}

  /// kMachine where there is no answer.
  Result<http::Answer> get(const std::string& path, const char* method = "GET");

  [[nodiscard]] const std::string& path() const { return query_.call.url.target; }
  [[nodiscard]] std::string origin() const { return query_.call.url.origin(); }
  [[nodiscard]] http::Url at(const std::string& path) const { return query_.call.url.at(path); }
  [[nodiscard]] const TargetQuery& query() const { return query_; }

 private:
  http::Client& client_;
  const TargetQuery& query_;
};

/// The status and the begin of the body, for messages.
std::string shown(const http::Answer& answer);

/// The texts under `key` of the objects in a list; none of what is no list.
std::vector<std::string> names_in(const nlohmann::json& list, const char* key);

/// The address's path without a '/' at its end, and "/v1" where it has none.
std::string api_root(const std::string& path);

/// What stands in front of the API's own path, where the address ends in that.
std::optional<std::string> path_before(const std::string& path, std::string_view end);

}  // namespace joulemark::load
