// SPDX-License-Identifier: Apache-2.0
// What HTTP servers of tests say.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "net/loopback_server.h"

namespace joulemark::net {

/// "HTTP/1.1 200 OK" with a body.
inline std::string http_answer(const std::string& body, const std::string& status = "200 OK",
                               const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

/// A server that answers every request, its first line and headers, with what `answer` gives; it
/// closes the connection where that is "".
inline LoopbackServer::Serve serve_http(std::function<std::string(const std::string&)> answer) {
  return [answer = std::move(answer)](LoopbackConnection& connection) {
    while (const auto request = connection.read_until("\r\n\r\n")) {
      const std::string text = answer(*request);
      if (text.empty()) return;
      connection.write(text);
    }
  };
}

}  // namespace joulemark::net
