// SPDX-License-Identifier: Apache-2.0
// Slopes of the linear position biases of Press et al. 2021.
#pragma once

#include <cstdint>
#include <vector>

namespace joulemark::checkpoint {

/// One slope for each head. Where `heads` is no power of two, those of the power below it come
/// first, then every other one of the power above, as the published models were trained.
std::vector<float> alibi_slopes(std::int64_t heads);

}  // namespace joulemark::checkpoint
