// SPDX-License-Identifier: Apache-2.0
// What Resize computes along one axis of known sizes, as numbers: where the elements of the output
// lie in the input, and what each element of the input counts for. The formulas are those of ONNX's
// operator definition.
#pragma once

#include <optional>
#include <vector>

#include "lowering_kit/resampling.h"

namespace joulemark::lowering {

/// The part of an axis that a crop keeps, from 0 to 1.
struct Region {
  double start = 0, end = 1;
};

struct ResampledAxis {
  std::int64_t in = 1, out = 1;
  double scale = 1;              ///< out / in, or what out was rounded from
  std::optional<Region> region;  ///< of tf_crop_and_resize
};

/// One position for each element of the output; it may lie outside of the input. Throws
/// plugin::Failure for coordinates that are none of ONNX's.
std::vector<double> positions_of(const NodeCall& call, const ResampledAxis& axis,
                                 const Resampling& how);

/// The nearest elements of the input, as mode "nearest" rounds.
Ints nearest_places(const NodeCall& call, const ResampledAxis& axis, const Resampling& how);

/// [out, in], row by row: modes "linear" and "cubic".
std::vector<double> resample_matrix(const NodeCall& call, const ResampledAxis& axis,
                                    const Resampling& how);

}  // namespace joulemark::lowering
