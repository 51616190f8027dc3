// SPDX-License-Identifier: Apache-2.0
// Random experiments and trials for the tests of the store.
#pragma once

#include <string>

#include "base/random.h"
#include "joulemark/result.h"

namespace joulemark::store {

/// Text of up to 40 characters with quotes, line ends, NUL, and letters beyond ASCII.
std::string random_text(Random& random);
/// Every member is set, with limits and absences among the values.
Experiment random_experiment(Random& random);
/// Every member is set.
IdleBracket random_bracket(Random& random);
/// Every member but the key (block, position, attempt) is set.
TrialRecord random_trial(Random& random, std::size_t durations);

}  // namespace joulemark::store
