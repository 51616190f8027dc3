// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/resampling.h"

namespace joulemark::lowering {

Resampling::Resampling(const NodeCall& call)
    : mode(call.text("mode", "nearest")),
      coordinates(call.text("coordinate_transformation_mode",
                            call.opset() < 11 ? "asymmetric" : "half_pixel")),
      nearest(call.text("nearest_mode", call.opset() < 11 ? "floor" : "round_prefer_floor")),
      cubic(call.real("cubic_coeff_a", -0.75)),
      outside_value(call.real("extrapolation_value", 0)),
      antialias(call.integer("antialias", 0) != 0),
      exclude_outside(call.integer("exclude_outside", 0) != 0) {
  if (mode == "bilinear" || mode == "trilinear") mode = "linear";
  if (mode != "nearest" && mode != "linear" && mode != "cubic")
    call.unsupported("mode '" + mode + "'");
}

}  // namespace joulemark::lowering
