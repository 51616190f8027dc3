// SPDX-License-Identifier: Apache-2.0
// The attributes of Resize.
#pragma once

#include "lowering_kit/node_call.h"

namespace joulemark::lowering {

struct Resampling {
  /// JM_UNSUPPORTED for a mode that is none of ONNX's.
  explicit Resampling(const NodeCall& call);

  std::string mode;  ///< "nearest", "linear", "cubic"
  std::string coordinates;
  std::string nearest;
  double cubic;
  double outside_value;
  bool antialias;
  bool exclude_outside;
};

}  // namespace joulemark::lowering
