// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/order.h"

#include <limits>

namespace joulemark::torch_kit::ops {

JitValue* in_order(OpCall& call, JitValue* value, jm_dtype dtype) {
  if (dtype != JM_UINT64) return value;
  constexpr std::int64_t kSign = std::numeric_limits<std::int64_t>::min();
  return call.call("aten::bitwise_xor.Scalar", {value, kSign});
}

}  // namespace joulemark::torch_kit::ops
