// SPDX-License-Identifier: Apache-2.0
// Damages valid inputs the way transfers, attackers and bugs do, the same way for the same seed.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"

namespace joulemark::fuzz {

/// One of `seeds` with one to eight changes: bits flipped, bytes replaced by edge values, removed,
/// repeated, or taken from another seed, or the rest cut off.
std::string mutate(const std::vector<std::string>& seeds, Random& random);

}  // namespace joulemark::fuzz
