// SPDX-License-Identifier: Apache-2.0
#include "stats/outcome.h"

#include <cstddef>

namespace joulemark::stats {

const char* to_string(Outcome outcome) {
  static constexpr const char* kNames[] = {"ok",   "constant", "too_few",   "not_finite",
                                           "ties", "too_many", "separated", "unbalanced"};
  return kNames[static_cast<std::size_t>(outcome)];
}

}  // namespace joulemark::stats
