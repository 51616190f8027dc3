// SPDX-License-Identifier: Apache-2.0
// The answer of a regression check in plain words.
#pragma once

#include <string>

#include "verdict/regression.h"

namespace joulemark::verdict {

/// One or two sentences: what is shown, of which configuration, with its bound.
std::string regression_sentence(const Regression& regression, double max_regression);

}  // namespace joulemark::verdict
