// SPDX-License-Identifier: Apache-2.0
#include "cli/flag_numbers.h"

#include <fmt/format.h>

#include "base/arrivals.h"

namespace joulemark::cli {

Result<std::int64_t> count_within(const char* flag, std::optional<std::int64_t> value,
                                  std::int64_t otherwise, std::int64_t most) {
  const std::int64_t number = value.value_or(otherwise);
  if (number >= 1 && number <= most) return number;
  return fail(ErrorKind::kUsage, fmt::format("{} must be 1 to {}, not {}", flag, most, number));
}

Result<double> seconds_of(const char* flag, double value, double least) {
  if (value >= least && value <= kLongestScheduleS) return value;
  return fail(ErrorKind::kUsage, fmt::format("{} must be seconds from {:g} to {:g}, not {:g}", flag,
                                             least, kLongestScheduleS, value));
}

}  // namespace joulemark::cli
