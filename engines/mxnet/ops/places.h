// SPDX-License-Identifier: Apache-2.0
// Places that a value tells, checked and counted over all axes at once.
#pragma once

#include "mxnet/lowering/op_call.h"

namespace joulemark::mx::ops {

/// Negative places count from the end. Of those that are known, JM_INVALID_MODEL for one that is
/// outside of `size` elements.
Value from_front(OpCall& call, const Value& places, std::int64_t size);

/// The same as int64; a run fails where one is outside.
Value checked_places(OpCall& call, const Value& places, std::int64_t size);

/// For each element of `places`, along the node's attribute "axis" (0) of a value of sizes `dims`
/// and at its own place on the other axes, where in the flat value it is.
Value element_places(OpCall& call, const Ints& dims, const Value& places);

/// Parts of a value, seen as rows.
struct Rows {
  Value places;            ///< which rows
  std::int64_t count = 0;  ///< of all rows
  Ints dims;               ///< of one row
};

/// Of a value of sizes `dims`, the parts that the last axis of `places` tells, behind `batch` axes
/// that both share.
Rows row_places(OpCall& call, const Ints& dims, const Value& places, std::int64_t batch);

}  // namespace joulemark::mx::ops
