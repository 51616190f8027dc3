// SPDX-License-Identifier: Apache-2.0
// Positions as ONNX has them, negative ones counted from the end, and as PyTorch takes them.
#pragma once

#include <limits>
#include <vector>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// The end of a slice that takes all.
inline constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();

/// int64 positions counted from the front, for operators of PyTorch that take no others. `size` is
/// the int of the graph that they are positions in.
JitValue* from_front(OpCall& call, JitValue* indices, JitValue* size);

/// The elements at `positions` (rank 1, none negative) along `axis`, of any type.
JitValue* picked(OpCall& call, JitValue* x, std::int64_t axis, JitValue* positions);
/// x[:, …, indices]: indices of any rank along `axis`, negative ones too.
JitValue* indexed(OpCall& call, JitValue* x, std::int64_t axis, JitValue* indices);

/// Rows of `table` (rank 2) at positions of any rank, none negative.
JitValue* looked_up(OpCall& call, JitValue* table, JitValue* positions);

/// 0, 1, … `size` - 1.
JitValue* counted(OpCall& call, JitValue* size, at::ScalarType type = at::kLong);
/// The same along dimension `axis` of `rank`, whose other sizes are 1.
JitValue* counted(OpCall& call, JitValue* size, std::int64_t axis, std::int64_t rank,
                  at::ScalarType type = at::kLong);

/// The coordinates that lie along the last dimension of `indices`, each a tensor of the other
/// dimensions. JM_UNSUPPORTED when their number is not known.
std::vector<JitValue*> coordinates(OpCall& call, JitValue* indices);

}  // namespace joulemark::torch_kit::ops
