// SPDX-License-Identifier: Apache-2.0
// One HTTP request and its answer, behind an interface so that tests can script the other side.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "net/failure.h"

namespace joulemark::net {

enum class HttpMethod { kHead, kGet };

/// Who asks. They go to the host of the request and nowhere else.
struct Credentials {
  enum class When {
    kAsked,   ///< after a 401, by digest where the server offers it, else as basic authentication
    kAtOnce,  ///< basic authentication with every request
  };
  std::string user;
  std::string password;
  When when = When::kAsked;
};

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string url;
  std::vector<std::string> headers = {};  ///< "Name: value" each
  std::optional<Credentials> credentials = {};
};

/// Names in lower case; of a repeated one the last counts.
using HttpHeaders = std::map<std::string, std::string>;

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
};

/// Takes the body of an answer with status 200 or 206; of others it is dropped. Either function
/// returns false to end the request.
struct BodySink {
  std::function<bool(const HttpResponse&)> begin;
  std::function<bool(std::string_view)> write;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Sends `request` and waits for the whole answer; every status is an answer. Redirects are not
  /// followed.
  virtual tl::expected<HttpResponse, Failure> send(const HttpRequest& request,
                                                   const BodySink& sink) = 0;
};

}  // namespace joulemark::net
