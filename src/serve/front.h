// SPDX-License-Identifier: Apache-2.0
// What stands in front of every route: whether the server is ready, who may ask, and how a failure
// is told.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/router.h"

namespace joulemark::serve {

/// Takes every request from the begin on. Used from the server's thread, but for open().
class Front {
 public:
  /// `token`: what clients have to send as `Authorization: Bearer TOKEN`; "": nothing. Questions
  /// about health need none.
  explicit Front(std::string token) : token_(std::move(token)) {}

  /// The model answers; called once. Until then requests get status 503.
  void open(std::vector<http::Route> routes);
  /// The server ends: /health says 503.
  void drain() { is_draining_ = true; }
  /// Every answer has the header X-Request-Id: the client's, or one of the server's own.
  void handle(const std::shared_ptr<http::Exchange>& asked);

 private:
  std::string token_;
  const Nanoseconds began_ = monotonic_now();
  std::uint64_t requests_ = 0;
  std::unique_ptr<http::Router> router_;
  std::atomic<bool> is_open_{false};
  std::atomic<bool> is_draining_{false};
};

/// A failure in the shape of the API that the path belongs to: OpenAI's under /v1, KServe's
/// elsewhere.
http::Response failure_response(const http::Request& request, int status,
                                const std::string& reason);

/// Whether the header is "Bearer " and the token. Takes as long for every wrong token of the same
/// length.
bool is_authorised(std::string_view header, std::string_view token);

}  // namespace joulemark::serve
