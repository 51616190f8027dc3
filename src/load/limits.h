// SPDX-License-Identifier: Apache-2.0
// What a request must keep to count as good output.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "load/record.h"

namespace joulemark::load {

struct Limit {
  std::string key;  ///< "ttft_ms"
  double most = 0;
};

/// Of "ttft_ms=200". kUsage for an unknown key, with the nearest, and for what is no positive
/// number.
Result<Limit> parse_limit(std::string_view text);
std::vector<std::string> limit_keys();

/// Whether an answered request keeps it. One without tokens behind the first keeps limits on them.
bool keeps(const Record& record, const Limit& limit);

}  // namespace joulemark::load
