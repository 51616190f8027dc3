// SPDX-License-Identifier: Apache-2.0
// BCa bootstrap intervals of any statistic of several samples: strata, or blocks of a design.
#pragma once

#include <functional>
#include <span>

#include "stats/bootstrap.h"
#include "stats/interval.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// A number computed from several samples. It may not depend on the order of the values in a
/// sample (of the rows, for blocks).
using GroupStatistic = std::function<double(Groups)>;

/// BCa interval of `statistic` where each sample is resampled on its own (a stratified or
/// multi-sample bootstrap; Davison & Hinkley 1997, section 3.2), with the acceleration from the
/// jackknife over all of them. Seeds and orders as in bca_interval. A sample of fewer than three
/// values, or no sample: kTooFew. All samples constant: kConstant. A NaN or infinity, among the
/// values or out of the statistic: kNotFinite.
Interval bca_strata(Groups samples, const GroupStatistic& statistic,
                    const BootstrapOptions& options = {});

/// The same where `columns[k][i]` is the value of treatment k in block i, and whole blocks are
/// resampled: what a block's values share stays together. Columns of different lengths:
/// kUnbalanced.
Interval bca_blocks(Groups columns, const GroupStatistic& statistic,
                    const BootstrapOptions& options = {});

}  // namespace joulemark::stats
