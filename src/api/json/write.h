// SPDX-License-Identifier: Apache-2.0
// Pieces of JSON that are written without a document.
#pragma once

#include <string>
#include <string_view>

namespace joulemark::api {

/// Appends `text` in quotes with what JSON wants escaped; bytes that are no UTF-8 become U+FFFD.
void append_quoted(std::string& out, std::string_view text);

/// The same alone.
std::string quoted(std::string_view text);

/// Whether all of it is.
bool is_utf8(std::string_view text);

}  // namespace joulemark::api
