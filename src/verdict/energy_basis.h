// SPDX-License-Identifier: Apache-2.0
// What an experiment's joules cover, and which zones are missing in them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// "energy: package-0 + dram-0, hardware counters (RAPL), gross (idle included), ± 0.8 % (95 %
/// uncertainty, without the sensors' calibration)": the scopes that were measured, by what, and the
/// median over the trials of the total's expanded uncertainty; then that of the calibration, where
/// it is known. Of an imported experiment nobody
/// here knows how its joules were counted, and it says so. Empty when no finished trial has an
/// energy to rank.
std::string energy_basis(const ExperimentRecord& record);

/// A scope that counts towards the total and was not measured in some finished trials.
struct MissingScope {
  std::string scope;
  std::string reason;
  std::size_t trials = 0;    ///< in which it is missing
  std::size_t left_out = 0;  ///< of them, those whose total is the sum of the other scopes
};

/// Every such scope once, with the reason of its first trial, in the order of the trials.
std::vector<MissingScope> missing_scopes(const ExperimentRecord& record);

}  // namespace joulemark::verdict
