// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf::ops {

/// Entry of the table: regions of images, sampled between pixels and pooled to bins.
void roi_align(OpCall& call);

}  // namespace joulemark::tf::ops
