// SPDX-License-Identifier: Apache-2.0
// From the messages of a model to the graph that engines see. For sources of this layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/onnx_budget.h"
#include "model/onnx_functions.h"
#include "model/onnx_graph.h"
#include "model/onnx_messages.h"
#include "model/onnx_names.h"
#include "model/onnx_weights.h"

namespace joulemark::model::onnx {

/// Builds one model's graph. Borrows the messages. Every method throws InvalidModel.
class GraphBuilder {
 public:
  GraphBuilder(const Model& model, Weights& weights)
      : model_(model), weights_(weights), functions_(model.functions) {}
  OnnxGraph build();

 private:
  /// Where a node or a sub-graph stands.
  struct Place {
    const Scope* scope = nullptr;  ///< null: nothing is around it
    const Call* call = nullptr;    ///< null: outside of functions
    int depth = 0;                 ///< graphs and calls around it
  };
  using Nodes = std::vector<OnnxNode>;

  OnnxGraph build_graph(const Graph& graph, const Place& around);
  void add_initializers(const Graph& graph, const Place& place, Scope& scope, OnnxGraph& built);
  void add_inputs(const Graph& graph, const Place& place, Scope& scope, OnnxGraph& built);
  void add_outputs(const Graph& graph, const Scope& scope, OnnxGraph& built);
  /// Gives a value its name in the model; `what` it is ("input").
  void define(Scope& scope, std::string_view name, const Call* call, std::string_view what);

  void add_node(const Node& node, const Place& place, Nodes& nodes);
  void add_attributes(const Node& node, const Place& place, OnnxNode& built);
  OnnxAttributeValue value_of(const Attribute& attribute, AttributeType type, const Place& place);
  [[nodiscard]] std::optional<std::int64_t> opset_of(const std::string& domain,
                                                     const Call* call) const;

  /// Puts the nodes of `function` in the place of the node that calls it.
  void expand(const Node& node, const Function& function, const Place& place, Nodes& nodes);
  Call bind(const Node& node, const Function& function, const Place& place);
  void bind_attribute(const Attribute& attribute, const Call* caller, Call& call);
  /// Nothing when it refers to one that the caller was not given.
  std::optional<BoundAttribute> bound_attribute(const Attribute& attribute, const Call* caller);
  void bind_inputs(const Node& node, const Call& call, const Place& place, Scope& scope);
  void bind_outputs(const Node& node, const Call& call, const Place& place, Scope& scope);
  /// Outputs of the call that are no outputs of nodes in the function.
  void pass_through(const Node& node, const Call& call, const Place& place, const Scope& scope,
                    Nodes& nodes);

  const Model& model_;
  Weights& weights_;
  FunctionTable functions_;
  UniqueNames names_;
  Budget budget_;
};

/// The name in the model of what `user` calls `name`; "" for "". Throws InvalidModel when nothing
/// defines it.
std::string resolve(const Scope& scope, std::string_view name, std::string_view user);

}  // namespace joulemark::model::onnx
