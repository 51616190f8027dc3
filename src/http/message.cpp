// SPDX-License-Identifier: Apache-2.0
#include "http/message.h"

#include <algorithm>

namespace joulemark::http {

std::string_view Request::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const Header& header) { return header.name == name; });
  return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

}  // namespace joulemark::http
