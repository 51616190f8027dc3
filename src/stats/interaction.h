// SPDX-License-Identifier: Apache-2.0
// Whether the treatments' ratios are the same for every subject.
#pragma once

#include <span>
#include <vector>

#include "stats/test_result.h"

namespace joulemark::stats {

/// F test of treatment × subject on ln, each subject measured in randomised complete blocks of its
/// own (split-plot with blocks nested in subjects; Fisher 1935).
/// `values[subject][treatment][block]` positive, the same treatments everywhere, NaN where there is
/// none; blocks that are not complete are left out. df1 = (treatments − 1)(subjects − 1), df2 =
/// (treatments − 1) Σ (blocks − 1). Where subjects have unequally many blocks, their harmonic mean
/// stands for all (unweighted means; Yates 1934, JASA 29:51). kTooFew: below two subjects, two
/// treatments, or two complete blocks of each subject. kConstant: without any residual variance.
TestResult interaction(std::span<const std::vector<std::vector<double>>> values);

}  // namespace joulemark::stats
