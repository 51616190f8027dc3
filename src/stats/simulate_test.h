// SPDX-License-Identifier: Apache-2.0
// Simulated experiments for tests: treatments with known ratios, measured in blocks.
#pragma once

#include <cmath>
#include <vector>

#include "base/random.h"

namespace joulemark::stats {

/// values[treatment][block]: blocks share a disturbance of 10 %, and treatment i has noise of
/// `noise[i % noise.size()]` of its own.
inline std::vector<std::vector<double>> simulate(const std::vector<double>& truth, int blocks,
                                                 Random& random,
                                                 const std::vector<double>& noise = {0.02}) {
  std::vector<std::vector<double>> values(truth.size());
  for (int block = 0; block < blocks; ++block) {
    const double shared = 0.1 * random.normal();
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double own = noise[i % noise.size()] * random.normal();
      values[i].push_back(truth[i] * std::exp(shared + own));
    }
  }
  return values;
}

}  // namespace joulemark::stats
