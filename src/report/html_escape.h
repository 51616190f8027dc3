// SPDX-License-Identifier: Apache-2.0
// Making any bytes safe to stand in an HTML page, as text or as embedded JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulemark::report {

/// `text` as UTF-8: each byte that is not part of a well-formed sequence (RFC 3629: no overlong
/// forms, no surrogates, at most U+10FFFF) becomes U+FFFD.
std::string valid_utf8(std::string_view text);

/// Text for the content of an element or a quoted attribute: valid UTF-8, & < > " ' as references,
/// and U+FFFD for each character that turns the direction of the text after it.
std::string escape_html(std::string_view text);

/// `text` as escape_html() has it, where each of `names` that is not plain ASCII stands in a
/// `<bdi>` of its own: a name written from right to left does not reorder the sentence around it.
std::string sentence_html(std::string_view text, std::vector<std::string> names);

/// JSON for `<script type="application/json">`: the same value, with no `<` (no end tag, no
/// comment) and no U+2028 or U+2029. `json` must be valid JSON in UTF-8.
std::string escape_json_for_html(std::string_view json);

}  // namespace joulemark::report
