// SPDX-License-Identifier: Apache-2.0
// A file or standard input, line by line, of any length as a whole.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/error.h"

namespace joulemark::cli {

/// Most bytes of one line.
inline constexpr std::size_t kMostLineBytes = std::size_t{64} << 20;

/// What to do with one line, without its end; a failure ends the reading.
using LineAction = std::function<Status(const std::string& line)>;

/// Calls `action` for every line of `file`, "-" for standard input, as soon as it is there. kUsage
/// when there is no such file or a line has more than kMostLineBytes; every message about a line
/// begins with 'file', line N.
Status for_each_line(const std::string& file, const LineAction& action);

}  // namespace joulemark::cli
