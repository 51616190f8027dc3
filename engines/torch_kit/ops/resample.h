// SPDX-License-Identifier: Apache-2.0
// Resampling along one axis by ONNX's definition of Resize, for every size, known or not.
#pragma once

#include <string>

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

/// The attributes of the node.
struct Resampling {
  explicit Resampling(OpCall& call);

  std::string mode;  ///< "nearest", "linear", "cubic"
  std::string coordinates;
  std::string nearest;
  double cubic = -0.75;
  double outside_value = 0;
  bool antialias = false;
  bool exclude_outside = false;
};

/// A whole number as a float of the graph.
JitValue* real(OpCall& call, JitValue* whole);

/// `x` with this axis resampled.
JitValue* resample(OpCall& call, JitValue* x, const ResizedAxis& axis, const Resampling& how);

}  // namespace joulemark::torch_kit::ops
