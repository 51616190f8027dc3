// SPDX-License-Identifier: Apache-2.0
// One HTTP request and its answer, behind an interface so that tests can script the other side.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace joulemark::hub {

enum class HttpMethod { kHead, kGet };

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value" each
};

/// Names in lower case; of a repeated one the last counts.
using HttpHeaders = std::map<std::string, std::string>;

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
};

/// Why there is no answer, or only a part of one.
struct HttpFailure {
  enum class Kind {
    kUnreachable,  ///< no name, no connection: nothing was sent
    kBroken,       ///< reset, stalled, timed out, ended early
    kRefused,      ///< asking again does not help: certificates, an address that is none
    kStopped,      ///< the sink refused, or the user interrupted
  };
  Kind kind = Kind::kBroken;
  std::string message;  ///< libcurl's reason, without addresses
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
  virtual tl::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                       const BodySink& sink) = 0;
};

}  // namespace joulemark::hub
