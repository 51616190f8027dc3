// SPDX-License-Identifier: Apache-2.0
#include "load/asked_server.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text_table.h"

namespace joulemark::load {

Result<http::Answer> AskedServer::get(const std::string& path, const char* method) {
  http::Call call = query_.call;
  call.method = method;
  call.url = at(path);
  auto answer = client_.ask(std::move(call));
  if (answer) return *std::move(answer);
  return fail(ErrorKind::kMachine, answer.error().message);
}

std::string shown(const http::Answer& answer) {
  return fmt::format("status {}: {}", answer.head.status, printable(answer.body.substr(0, 300)));
}

std::vector<std::string> names_in(const nlohmann::json& list, const char* key) {
  std::vector<std::string> names;
  if (!list.is_array()) return names;
  for (const auto& each : list)
    if (const auto found = each.find(key); found != each.end() && found->is_string())
      names.push_back(found->get<std::string>());
  return names;
}

std::string api_root(const std::string& path) {
  std::string root = path;
  while (root.ends_with('/')) root.pop_back();
  return root.empty() ? "/v1" : root;
}

std::optional<std::string> path_before(const std::string& path, std::string_view end) {
  if (!path.ends_with(end)) return std::nullopt;
  return path.substr(0, path.size() - end.size());
}

}  // namespace joulemark::load
