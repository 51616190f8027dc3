// SPDX-License-Identifier: Apache-2.0
// An ONNX model as one symbol for inputs of known sizes.
#pragma once

#include <vector>

#include "lowering_kit/node_call.h"
#include "model/onnx_graph.h"
#include "mxnet/lowering/op_call.h"

namespace joulemark::mx {

struct Lowered {
  Owned<Symbol> symbol;            ///< one result for each output of the model
  std::vector<Value> inputs;       ///< in the model's order
  std::vector<Value> parameters;   ///< constants by the names of their variables
  std::vector<Value> read_inputs;  ///< as GraphWriter::read_inputs
  std::string precision;           ///< as GraphWriter::precision
  bool may_be_fused = true;        ///< as GraphWriter::may_be_fused
};

/// Throws plugin::Failure, JM_UNSUPPORTED, for the first input or constant of a type that MXNet
/// lacks, or node that the table does not cover.
void check_covered(const model::OnnxGraph& graph);

/// Writes the constants and nodes of a graph, whose results then stand in `scope`. Throws
/// plugin::Failure, with the node, its operator and its opset in the message.
void lower_nodes(GraphWriter& writer, const model::OnnxGraph& graph, Scope& scope);

/// `inputs`: of each the type, the sizes and, where they are bound, the elements. Large constants
/// borrow the model's bytes. Throws plugin::Failure, with the node, its operator and its opset in
/// the message; ValuesNeeded where it must know elements that are not bound.
Lowered lower(const Api& api, const model::OnnxModel& model, const std::vector<Elements>& inputs);

}  // namespace joulemark::mx
