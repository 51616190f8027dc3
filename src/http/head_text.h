// SPDX-License-Identifier: Apache-2.0
// The head of an answer as it is sent.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace joulemark::http {

struct HeadFacts {
  unsigned version = 11;  ///< of HTTP, the request's: 10 or 11
  bool keeps_alive = true;
  std::string date = {};
  /// Of the body. Nothing: it is sent in chunks, or, to an old client, until the connection ends.
  std::optional<std::size_t> length = {};
};

/// With the empty line. Bytes that would end a header's line are left out of it.
std::string head_text(const Head& head, const HeadFacts& facts);

}  // namespace joulemark::http
