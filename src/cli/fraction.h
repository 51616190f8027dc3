// SPDX-License-Identifier: Apache-2.0
// Shares of one as people type them: "3%", "3 %", "0.03".
#pragma once

#include <string>

#include "base/error.h"

namespace joulemark::cli {

/// `text` as a fraction of one, finite and not negative; kUsage naming `flag` otherwise.
Result<double> parse_fraction(const std::string& flag, const std::string& text);

}  // namespace joulemark::cli
