// SPDX-License-Identifier: Apache-2.0
// Requests and answers of HTTP, as a handler sees them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulemark::http {

struct Header {
  std::string name;
  std::string value;
};

/// What a client asked. All of it is the client's word; a request is complete and well-formed HTTP.
struct Request {
  std::string method = {};  ///< "GET"
  std::string path = {};    ///< "/v1/models", percent-encoding undone; may hold any byte but NUL
  std::string query = {};   ///< behind the '?', as it came
  std::vector<Header> headers = {};  ///< names in lower case
  std::string body = {};

  /// The value of the first header of that name, which is in lower case; "" when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// An answer without its body. Date, Server, Content-Length, Transfer-Encoding and Connection are
/// the server's to add.
struct Head {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<Header> headers = {};
};

struct Response {
  Head head;
  std::string body;
};

}  // namespace joulemark::http
