// SPDX-License-Identifier: Apache-2.0
// Which handler a request is for, by its method and its path.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.h"

namespace joulemark::http {

/// What stands for the names of a route's path: {"model": "bert"}.
using PathNames = std::map<std::string, std::string, std::less<>>;

using RouteHandler = std::function<void(const std::shared_ptr<Exchange>&, const PathNames&)>;

struct Route {
  std::string method;  ///< "GET" answers HEAD as well
  std::string path;  ///< "/v2/models/{model}/infer": a name stands for one part, which is not empty
  RouteHandler handler;
};

/// Says how it failed, in the way of the API that the path belongs to.
using FailureBody = std::function<Response(const Request&, int status, const std::string& reason)>;

/// The first route that fits. A path that none has gets 404, a method that its routes lack 405 with
/// Allow; OPTIONS is answered with Allow.
class Router {
 public:
  Router(std::vector<Route> routes, FailureBody failure);
  void handle(const std::shared_ptr<Exchange>& exchange) const;

 private:
  struct Parsed {
    Route route;
    std::vector<std::string> parts;
  };
  std::vector<Parsed> routes_;
  FailureBody failure_;
};

}  // namespace joulemark::http
