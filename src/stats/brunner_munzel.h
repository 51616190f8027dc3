// SPDX-License-Identifier: Apache-2.0
// Whether the values of one sample tend to be greater, where the samples' spreads may differ.
#pragma once

#include <span>

#include "stats/test_result.h"

namespace joulemark::stats {

/// Brunner & Munzel 2000, Biom. J. 42:17: the studentised difference of mean ranks b − a (positive
/// where b's values tend to be greater, as everybody defines it), t distributed with df1 degrees of
/// freedom. kTooFew: below two values in a sample. kConstant: all values equal. kSeparated: no
/// value of one sample reaches the other, so that ranks have no variance; permutation_test() of the
/// two samples, in permutation.h, still has a p-value.
TestResult brunner_munzel(std::span<const double> a, std::span<const double> b);

}  // namespace joulemark::stats
