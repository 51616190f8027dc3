// SPDX-License-Identifier: Apache-2.0
// From the messages of a model to the graph that engines see. For sources of this layer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/onnx_graph.h"
#include "model/onnx_messages.h"
#include "model/onnx_names.h"
#include "model/onnx_weights.h"

namespace joulemark::model::onnx {

/// The most nodes that a model may have, sub-graphs included.
inline constexpr std::size_t kMaxNodes = 1'000'000;

/// Builds one model's graph. Borrows the messages.
class GraphBuilder {
 public:
  GraphBuilder(const Model& model, Weights& weights) : model_(model), weights_(weights) {}
  /// Throws InvalidModel.
  OnnxGraph build();

 private:
  /// Where a node stands.
  struct Place {
    const Scope* scope;
    int depth;
  };
  OnnxGraph build_graph(const Graph& graph, const Place& around);
  void add_initializers(const Graph& graph, Scope& scope, OnnxGraph& built);
  void add_inputs(const Graph& graph, Scope& scope, OnnxGraph& built);
  void define(Scope& scope, std::string_view name, const std::string& what);
  void add_node(const Node& node, const Place& place, std::vector<OnnxNode>& nodes);
  void add_attributes(const Node& node, const Place& place, OnnxNode& built);
  OnnxAttributeValue value_of(const Attribute& attribute, const Place& place);
  [[nodiscard]] std::int64_t opset_of(const OnnxNode& node) const;

  const Model& model_;
  Weights& weights_;
  UniqueNames names_;
  std::size_t nodes_ = 0;
};

}  // namespace joulemark::model::onnx
