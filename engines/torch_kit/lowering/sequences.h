// SPDX-License-Identifier: Apache-2.0
// Sequences of tensors: operands one by one where their number is known, else a list of the graph.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit {

/// Whether a value of the graph is a list of tensors.
bool is_list(const JitValue* value);

/// A sequence in either form.
bool is_sequence(const Operand& operand);

/// A sequence as a Tensor[] of the graph; JM_INVALID_MODEL for a tensor.
JitValue* as_list(OpCall& call, Operand& operand);

/// The one value of the graph that carries the operand: a tensor, or a list for a sequence.
JitValue* as_value(OpCall& call, Operand& operand);

}  // namespace joulemark::torch_kit
