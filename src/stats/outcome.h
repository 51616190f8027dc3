// SPDX-License-Identifier: Apache-2.0
// What becomes of a statistic: it is there, or data allow none and the reason has a name.
#pragma once

namespace joulemark::stats {

/// Data that allow no statistic are a named outcome, never a crash or a NaN that nobody explains.
enum class Outcome {
  kOk,
  kConstant,    ///< no variance where the method needs some; of an interval: it is that one point
  kTooFew,      ///< too few values, groups or blocks
  kNotFinite,   ///< a value is NaN or infinite, or not positive where a logarithm is taken
  kTies,        ///< the exact distribution is only known without ties (or zeros)
  kTooMany,     ///< more values than the method is defined or affordable for
  kSeparated,   ///< the samples do not overlap, which leaves the method no variance
  kUnbalanced,  ///< the method needs equally many values in every cell
};

/// "ok", "constant", "too_few", "not_finite", "ties", "too_many", "separated", "unbalanced".
const char* to_string(Outcome outcome);

}  // namespace joulemark::stats
