// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lowering_kit/node_call.h"

namespace joulemark::lowering {

/// Of a Split without sizes: those of its outputs along an axis of `size`. Since opset 18 the last
/// may be smaller; JM_INVALID_MODEL where it may not.
Ints equal_parts(const NodeCall& call, std::int64_t size);

}  // namespace joulemark::lowering
