// SPDX-License-Identifier: Apache-2.0
// Resampling along one axis by ONNX's definition of Resize, for every size, known or not.
#pragma once

#include "lowering_kit/resampling.h"
#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// One axis that gets another size. Numbers are host values.
struct ResizedAxis {
  std::int64_t axis = 0;
  JitValue* in = nullptr;     ///< int
  JitValue* out = nullptr;    ///< int
  JitValue* scale = nullptr;  ///< float
  JitValue* start = nullptr;  ///< float: of the region, as a part of the axis; null without one
  JitValue* end = nullptr;
};

using lowering::Resampling;

/// A whole number as a float of the graph.
JitValue* real(OpCall& call, JitValue* whole);

/// `x` with this axis resampled.
JitValue* resample(OpCall& call, JitValue* x, const ResizedAxis& axis, const Resampling& how);

}  // namespace joulemark::torch_kit::ops
