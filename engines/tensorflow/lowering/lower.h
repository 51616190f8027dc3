// SPDX-License-Identifier: Apache-2.0
// An ONNX model as one TensorFlow graph.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/onnx_graph.h"
#include "plugin_kit/ports.h"
#include "tensorflow/lowering/graph_writer.h"
#include "tensorflow/lowering/operand.h"
#include "tensorflow/lowering/weights.h"

namespace joulemark::tf {

/// Throws plugin::Failure, JM_UNSUPPORTED, for a node that the table has no entry for. Sub-graphs
/// are not looked into: a branch may never be taken.
void check_operators(const model::OnnxGraph& graph);

/// What a model says of its inputs and outputs. Throws plugin::Failure: JM_UNSUPPORTED for what
/// cannot be passed.
struct Ports {
  std::vector<plugin::Port> inputs;
  std::vector<plugin::Port> outputs;
};
Ports ports_of(const model::OnnxModel& model);

/// What is fed and fetched stands in the order of the ports.
struct Lowered {
  std::unique_ptr<GraphWriter> writer;  ///< owns the graph
  std::vector<Output> feeds;
  std::vector<Output> fetches;
};

/// Variables borrow the model's bytes. Throws plugin::Failure, with the node, its operator and its
/// opset in the message.
struct LoweringOptions {
  Layout layout;
  WeightsOption weights;
};
Lowered lower(const Api& api, const model::OnnxModel& model, LoweringOptions options);

/// The constants and nodes of a sub-graph, whose inputs and outer values `scope` holds.
void lower_nodes(GraphWriter& writer, const model::OnnxGraph& graph, Scope& scope);

}  // namespace joulemark::tf
