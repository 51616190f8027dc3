// SPDX-License-Identifier: Apache-2.0
// The target of a request line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulemark::http {

struct Target {
  std::string path;   ///< percent-encoding undone
  std::string query;  ///< behind the '?', as it came
};

/// Of "/path?query" or "http://host/path?query". Nothing for what has no path, for a '%' without
/// two hexadecimal digits, and for "%00".
std::optional<Target> split_target(std::string_view target);

}  // namespace joulemark::http
