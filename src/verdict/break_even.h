// SPDX-License-Identifier: Apache-2.0
// After how many inferences a configuration that is dearer to load and build, but needs less for
// each, has overtaken another one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

struct BreakEven {
  std::size_t cell = 0;   ///< index into Judgement::cells: cheaper to load, dearer to run
  std::size_t other = 0;  ///< that overtakes it
  MetricId unit = MetricId::kEnergy;  ///< kEnergy or kTime: what is counted
  double inferences = 0;              ///< see break_even
};

/// Every ranked configuration of `model` against the one that needs least for an inference, in
/// energy and in time, by medians: (loading and building of the other − of this one) ÷ (cost of an
/// inference of this one − of the other). A configuration that is overtaken from the first
/// inference on, or that cannot be compared because a loading or building was not measured, is not
/// in it.
std::vector<BreakEven> break_even(const Judgement& judgement, const ModelVerdict& model);

/// "loading included, B needs less energy than A from 1230 inferences on".
std::string to_sentence(const Judgement& judgement, const BreakEven& crossing);

}  // namespace joulemark::verdict
