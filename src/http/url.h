// SPDX-License-Identifier: Apache-2.0
// The address of a request that a client makes.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark::http {

enum class Scheme { kHttp, kHttps };

struct Url {
  Scheme scheme = Scheme::kHttp;
  std::string host = {};     ///< a name or an address, that of IPv6 without its brackets
  int port = 80;             ///< 1 … 65535
  std::string target = "/";  ///< path and query as they go on the wire

  /// "https://[::1]:8443", with the port always: equal for addresses that share connections.
  [[nodiscard]] std::string origin() const;
  /// What the header Host says: without the port where it is the scheme's own.
  [[nodiscard]] std::string authority() const;
  /// The same server, another path with its query; `path` begins with '/'.
  [[nodiscard]] Url at(std::string_view path) const;
};

/// Of "http://host", "https://host:port/path?query" and "host:port" (http). A fragment is dropped.
/// kUsage for everything else: other schemes, user names, spaces, bytes that do not belong there.
Result<Url> parse_url(std::string_view text);

}  // namespace joulemark::http
