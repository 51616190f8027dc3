// SPDX-License-Identifier: Apache-2.0
// What the lines above an answer's body mean; they come from the network and may be anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace joulemark::net {

/// Adds one line of an answer: a status line begins it anew, "Name: value" is noted. False when
/// there are more than 256 headers or one is longer than 16 KiB.
bool add_header_line(std::string_view line, HttpResponse& response);

/// The header's value, "" when it is absent. `name` is in lower case.
std::string header(const HttpResponse& response, const std::string& name);

/// Digits alone, below 2^63; nothing otherwise.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// Whether `content_range` is "bytes OFFSET-…/TOTAL" with this offset and, where `total` is known,
/// this total.
bool continues_at(std::string_view content_range, std::uint64_t offset,
                  std::optional<std::uint64_t> total);

/// Seconds that Retry-After asks for, as a number or as a date; 0 when it says nothing.
double parse_retry_after(const std::string& text);

}  // namespace joulemark::net
