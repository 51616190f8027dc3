// SPDX-License-Identifier: Apache-2.0
// The sub-graphs that control flow runs.
#pragma once

#include <vector>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// What a sub-graph's outputs are, its nodes written at the present place. `inner` holds its inputs
/// and gets its values.
std::vector<Operand> write_subgraph(OpCall& call, const model::OnnxGraph& body, Scope& inner);

/// Gives output i of the node results[i].
void give_all(OpCall& call, const std::vector<Operand>& results);

}  // namespace joulemark::torch_kit::ops
