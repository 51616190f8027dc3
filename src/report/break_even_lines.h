// SPDX-License-Identifier: Apache-2.0
// Break-evens as sentences for people.
#pragma once

#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::report {

/// "Loading included, B needs less energy than A from 1230 inferences on.", in what ranks: energy,
/// else time; the latest first and three at most, then how many more there are. Empty where no
/// configuration that is shown to need more than the best is overtaken.
std::vector<std::string> break_even_lines(const verdict::Judgement& judgement,
                                          const verdict::ModelVerdict& model);

}  // namespace joulemark::report
