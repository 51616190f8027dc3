// SPDX-License-Identifier: Apache-2.0
// Pooling of regions of images.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

void roi_align(OpCall& call);
void max_roi_pool(OpCall& call);

}  // namespace joulemark::torch_kit::ops
