// SPDX-License-Identifier: Apache-2.0
// Whether all outputs of a run, or its tokens, are the same answer as another run's.
#pragma once

#include <string>
#include <vector>

#include "model/compare.h"

namespace joulemark::model {

/// Output by output, in order, under the tolerance of two engines that compute in `precision`
/// ("f32", "bf16" …); named as in `got`. Another number of outputs is a disagreement.
Difference compare_outputs(const std::vector<HostTensor>& got, std::vector<HostTensor> want,
                           const std::string& precision);

/// How far apart two logits of a language model may be for either to be the greatest: what rounding
/// does to a logit of some tens in `precision`.
double near_tie(const std::string& precision);

}  // namespace joulemark::model
