// SPDX-License-Identifier: Apache-2.0
// The sub-graphs that control flow runs.
#pragma once

#include <vector>

#include "tensorflow/lowering/function_writer.h"
#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf::ops {

/// Names of `body` that stand for values around the node, as the function sees them.
void see_around(OpCall& call, const model::OnnxGraph& body, FunctionWriter& function, Scope& inner);

/// The outputs of a sub-graph written into `graph`. `inner` holds its inputs and what it takes from
/// outside.
std::vector<Value> write_subgraph(OpCall& call, const model::OnnxGraph& body, GraphWriter& graph,
                                  Scope& inner);

/// Gives output i of the node results[i].
void give_all(OpCall& call, const std::vector<Value>& results);

}  // namespace joulemark::tf::ops
