// SPDX-License-Identifier: Apache-2.0
// Bytes as text (RFC 4648, 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulemark::api {

/// With padding.
std::string to_base64(std::string_view bytes);

/// Of the alphabet with '+' and '/', padded or not; nothing for any other text.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace joulemark::api
