// SPDX-License-Identifier: Apache-2.0
#include "stats/complete_blocks.h"

#include "stats/descriptive.h"

namespace joulemark::stats {

Outcome check_complete_blocks(Groups treatments) {
  bool uneven = false;
  for (const std::vector<double>& values : treatments) {
    if (!all_finite(values)) return Outcome::kNotFinite;
    uneven = uneven || values.size() != treatments.front().size();
  }
  if (uneven) return Outcome::kUnbalanced;
  const bool few = treatments.size() < 2 || treatments.front().size() < 2;
  return few ? Outcome::kTooFew : Outcome::kOk;
}

}  // namespace joulemark::stats
