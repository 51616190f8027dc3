// SPDX-License-Identifier: Apache-2.0
// Durations that are multiples of one quantum: something waits in steps, as a polling loop does.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace joulemark::stats {

struct Comb {
  double quantum = 0;     ///< in the unit of the values
  std::size_t teeth = 0;  ///< different multiples that occur
  int least = 0;          ///< the smallest and the largest of them
  int most = 0;
  double share = 0;  ///< of the values that lie on a tooth
};

/// Whether `durations` stand on a comb: they are groups whose middles lie within 2 % of k × quantum
/// (4 % of the quantum at most), for three successive k, or four different ones or more, of which
/// the smallest is at most 4, and at least 90 % of them lie within 15 % of the quantum of such a k;
/// or groups on two successive k, of which the first is 1 or 2, and all within 1 % (2 % of the
/// quantum). Teeth with fewer than one value in 50 do not count. A work that takes one time, or
/// times that are spread, is no comb, nor are fewer than 20 values or values that are not finite
/// and positive. Time O(n log n).
std::optional<Comb> find_comb(std::span<const double> durations);

}  // namespace joulemark::stats
