// SPDX-License-Identifier: Apache-2.0
// The verdict in plain words.
#pragma once

#include <string>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// What can be said of one model, as one or more full sentences. `margin` as a fraction.
std::string model_sentence(const Judgement& judgement, const ModelVerdict& model, double margin);

/// The sentence of the only model, or one sentence over several.
std::string overall_sentence(const Judgement& judgement);

/// "3 %" for 0.03, "2.5 %" for 0.025.
std::string percent_text(double fraction);

/// "needs 23 % more [21 %, 25 %]", "needs 3.5 times as much [3.4, 3.6]" against the best; without
/// the bracket where there is no interval.
std::string more_than_best(const Ratio& ratio);

}  // namespace joulemark::verdict
