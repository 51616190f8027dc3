// SPDX-License-Identifier: Apache-2.0
// Element-wise operators on host numbers, as ONNX defines them on tensors.
#pragma once

#include <optional>
#include <vector>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit {

/// `value` as an int (truncated), float or bool of the graph.
JitValue* as_type(OpCall& call, JitValue* value, at::ScalarType type);

/// A float cut to the precision of a float32.
JitValue* to_float32(OpCall& call, JitValue* value);

enum class Reduction { kSum, kProduct, kMax, kMin };
JitValue* combine(OpCall& call, Reduction reduction, JitValue* a, JitValue* b);

/// The node's operator on each element, lists of one element repeated. Nothing when it has no form
/// on host numbers.
std::optional<HostNumbers> elementwise_numbers(OpCall& call, const std::vector<HostNumbers>& in);

}  // namespace joulemark::torch_kit
