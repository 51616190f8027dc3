// SPDX-License-Identifier: Apache-2.0
// Resampling along one axis by ONNX's definition of Resize, for every size, known or not.
#pragma once

#include <optional>

#include "lowering_kit/resampling.h"
#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf::ops {

/// A region of an axis, as parts of its length: scalars of doubles.
struct Region {
  Value start, end;
};

/// One axis that gets another size. Values are scalars of doubles.
struct ResizedAxis {
  std::int64_t axis = 0;
  Value in, out, scale;
  std::optional<Region> region;
};

using lowering::Resampling;

/// `x` with this axis resampled.
Value resample(OpCall& call, Value x, const ResizedAxis& axis, const Resampling& how);

}  // namespace joulemark::tf::ops
