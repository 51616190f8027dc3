// SPDX-License-Identifier: Apache-2.0
// What treatments and blocks add to a logarithm, with gaps where a block lacks a treatment.
#pragma once

#include <span>
#include <vector>

namespace joulemark::stats {

/// Whether a value is finite and positive. One that is not counts as a gap.
bool has_logarithm(double value);

/// Least squares of ln values[treatment][block] = treatment + block.
struct TwoWayFit {
  std::vector<double> treatments;  ///< NaN for one without a value
  std::vector<double> blocks;      ///< 0 for one without a value
};

/// Rows equally long. What is added to all treatments and taken from all blocks is arbitrary: only
/// differences mean something, between treatments that blocks connect.
TwoWayFit fit_two_way(std::span<const std::vector<double>> values);

}  // namespace joulemark::stats
