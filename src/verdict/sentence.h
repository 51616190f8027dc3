// SPDX-License-Identifier: Apache-2.0
// The verdict in plain words.
#pragma once

#include <string>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// What can be said of one model, as one or more full sentences. `margin` as a fraction. Each
/// configuration is named for its standing, and nothing is said that its interval does not imply.
std::string model_sentence(const Judgement& judgement, const ModelVerdict& model, double margin);

/// The sentence of the only model, or what holds for each of several and then over all of them.
std::string overall_sentence(const Judgement& judgement, double margin);

/// Of a cell that the race left out: "A: after 2 blocks; it needs 50 % more [41 %, 60 %] than B".
std::string left_out_sentence(const Cell& cell, double margin);

}  // namespace joulemark::verdict
