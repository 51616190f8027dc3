// SPDX-License-Identifier: Apache-2.0
#include "load/record.h"

#include <algorithm>

namespace joulemark::load {

std::optional<double> Record::longest_gap_ms() const {
  if (gaps.empty()) return std::nullopt;
  return to_ms(*std::max_element(gaps.begin(), gaps.end()));
}

}  // namespace joulemark::load
