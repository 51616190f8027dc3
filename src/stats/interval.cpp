// SPDX-License-Identifier: Apache-2.0
// The names of the outcomes of an interval.
#include "stats/interval.h"

namespace joulemark::stats {

const char* to_string(IntervalOutcome outcome) {
  switch (outcome) {
    case IntervalOutcome::kOk:
      return "ok";
    case IntervalOutcome::kConstant:
      return "constant";
    case IntervalOutcome::kTooFew:
      return "too_few";
    case IntervalOutcome::kNotFinite:
      return "not_finite";
  }
  return "not_finite";
}

}  // namespace joulemark::stats
