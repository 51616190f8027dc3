// SPDX-License-Identifier: Apache-2.0
#include "http/router.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>

namespace joulemark::http {
namespace {

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/'
    const auto end = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_name(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

std::optional<PathNames> match(const std::vector<std::string>& route,
                               const std::vector<std::string>& path) {
  if (route.size() != path.size()) return std::nullopt;
  PathNames names;
  for (std::size_t i = 0; i < route.size(); ++i) {
    if (is_name(route[i])) {
      if (path[i].empty()) return std::nullopt;
      names.emplace(route[i].substr(1, route[i].size() - 2), path[i]);
    } else if (route[i] != path[i]) {
      return std::nullopt;
    }
  }
  return names;
}

bool is_for(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

}  // namespace

Router::Router(std::vector<Route> routes, FailureBody failure) : failure_(std::move(failure)) {
  for (Route& route : routes) {
    auto parts = parts_of(route.path);
    routes_.push_back({std::move(route), std::move(parts)});
  }
}

void Router::handle(const std::shared_ptr<Exchange>& exchange) const {
  const Request& request = exchange->request();
  const auto path = parts_of(request.path);
  std::set<std::string> allowed;
  for (const Parsed& parsed : routes_) {
    const auto names = match(parsed.parts, path);
    if (!names) continue;
    if (is_for(parsed.route, request.method)) return parsed.route.handler(exchange, *names);
    allowed.insert(parsed.route.method);
  }
  if (allowed.empty())
    return exchange->send(
        failure_(request, 404, fmt::format("there is no '{}' here", request.path)));
  if (allowed.contains("GET")) allowed.insert("HEAD");
  allowed.insert("OPTIONS");
  const bool asks = request.method == "OPTIONS";
  Response response =
      asks ? Response{{.status = 204}, ""}
           : failure_(request, 405,
                      fmt::format("'{}' does not take {}", request.path, request.method));
  response.head.headers.push_back({"Allow", fmt::format("{}", fmt::join(allowed, ", "))});
  exchange->send(std::move(response));
}

}  // namespace joulemark::http
