// SPDX-License-Identifier: Apache-2.0
// Texts that may stand in an experiment file, and how they are written there.
#pragma once

#include <string>
#include <string_view>

namespace joulemark::config {

/// Valid UTF-8 without NUL: what a TOML text, a path and a C string can all hold.
bool is_text(std::string_view text);

/// Holds a control character (below U+0020, or U+007F), which would garble a table.
bool has_control_characters(std::string_view text);

/// A TOML basic string with its quotes.
std::string toml_string(std::string_view text);

/// A TOML key: bare where it can be, else quoted.
std::string toml_key(std::string_view key);

}  // namespace joulemark::config
