// SPDX-License-Identifier: Apache-2.0
// An ONNX model as one TorchScript graph, which the executors start from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/onnx_graph.h"
#include "plugin_kit/ports.h"
#include "torch_kit/lowering/graph_writer.h"
#include "torch_kit/lowering/scope.h"

namespace joulemark::torch_kit {

/// Inputs and outputs of the graph are tensors, in the order of the ports.
struct Lowered {
  std::shared_ptr<tj::Graph> graph;
  std::vector<plugin::Port> inputs;
  std::vector<plugin::Port> outputs;
  /// Narrowest type of floating numbers that any value has: "f32"; "" when there is none.
  std::string precision;
};

/// Weights are constants of the graph and borrow the model's bytes where `device` is the CPU.
/// Throws plugin::Failure, with the node, its operator and its opset in the message.
Lowered lower(const model::OnnxModel& model, c10::Device device, Caches caches = Caches::kCopied);

/// Writes the initializers and nodes of a (sub-)graph at the writer's present place. Its inputs
/// stand in `scope` already; its values are there afterwards.
void lower_nodes(GraphWriter& writer, const model::OnnxGraph& graph, Scope& scope);

}  // namespace joulemark::torch_kit
