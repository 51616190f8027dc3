// SPDX-License-Identifier: Apache-2.0
// Many durations in one cell: milliseconds, separated by spaces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark::exchange {

/// Replaces `ns` by what the text says, to the nearest nanosecond. Spaces and semicolons separate.
/// "" when all is well, else a phrase.
std::string read_times(std::string_view ms, std::vector<std::int64_t>& ns);

/// The text that read_times() reads as the same durations.
std::string times_text(const std::vector<std::int64_t>& ns);

}  // namespace joulemark::exchange
