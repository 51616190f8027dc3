// SPDX-License-Identifier: Apache-2.0
// Numbers that flags give, and their bounds.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"

namespace joulemark::cli {

/// The value, or `otherwise`; kUsage when it is not from 1 to `most`.
Result<std::int64_t> count_within(const char* flag, std::optional<std::int64_t> value,
                                  std::int64_t otherwise, std::int64_t most);

/// kUsage for less than `least` or more than a schedule may be long.
Result<double> seconds_of(const char* flag, double value, double least);

}  // namespace joulemark::cli
