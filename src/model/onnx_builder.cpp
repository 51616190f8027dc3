// SPDX-License-Identifier: Apache-2.0
// A graph's names first, so that its nodes may stand in any order; then the nodes, then their
// order.
#include "model/onnx_builder.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "model/onnx_attributes.h"
#include "model/onnx_order.h"

namespace joulemark::model::onnx {
namespace {

std::string resolve(const Scope& scope, std::string_view name, const std::string& user) {
  if (name.empty()) return {};
  const std::string* unique = scope.find(name);
  if (unique == nullptr) {
    throw InvalidModel{fmt::format(
        "{} uses value '{}', which nothing defines; an initializer or an input is missing", user,
        name)};
  }
  return *unique;
}

void refuse_sparse(const Graph& graph) {
  if (graph.sparse_initializers.empty()) return;
  throw InvalidModel{fmt::format("initializer '{}' is sparse, which is not supported",
                                 graph.sparse_initializers.front().values.header.name),
                     ErrorKind::kUnsupported};
}

}  // namespace

OnnxGraph GraphBuilder::build() {
  return build_graph(model_.graph, {nullptr, 0});
}

OnnxGraph GraphBuilder::build_graph(const Graph& graph, const Place& around) {
  refuse_sparse(graph);
  OnnxGraph built;
  built.name = graph.name;
  Scope scope(around.scope);
  add_initializers(graph, scope, built);
  add_inputs(graph, scope, built);
  for (const Node& node : graph.nodes) {
    for (const std::string_view output : node.outputs) {
      if (!output.empty()) define(scope, output, "output");
    }
  }
  const Place place{&scope, around.depth + 1};
  for (const Node& node : graph.nodes) add_node(node, place, built.nodes);
  built.outputs = graph.outputs;
  for (Port& port : built.outputs) {
    if (port.name.empty()) throw InvalidModel{"an output of a graph has no name"};
    port.name = resolve(scope, port.name, fmt::format("the output of graph '{}'", graph.name));
  }
  if (auto sorted = sort_nodes(built); !sorted) throw InvalidModel{sorted.error().message};
  return built;
}

void GraphBuilder::add_initializers(const Graph& graph, Scope& scope, OnnxGraph& built) {
  for (const Tensor& message : graph.initializers) {
    const std::string& name = message.header.name;
    define(scope, name, "initializer");
    auto tensor = weights_.tensor(message);
    if (!tensor) {
      throw InvalidModel{fmt::format("initializer '{}': {}", name, tensor.error().message),
                         tensor.error().kind};
    }
    tensor->name = *scope.find(name);
    built.initializers.push_back(std::move(*tensor));
  }
}

void GraphBuilder::add_inputs(const Graph& graph, Scope& scope, OnnxGraph& built) {
  std::set<std::string_view> initializers;
  for (const Tensor& tensor : graph.initializers) initializers.insert(tensor.header.name);
  for (const Port& port : graph.inputs) {
    // Files before IR version 4 list every initializer as an input, too.
    if (initializers.contains(port.name)) continue;
    define(scope, port.name, "input");
    built.inputs.push_back(port);
    built.inputs.back().name = *scope.find(port.name);
  }
}

void GraphBuilder::define(Scope& scope, std::string_view name, const std::string& what) {
  if (name.empty()) throw InvalidModel{fmt::format("an {} has no name", what)};
  if (scope.defines(name)) {
    throw InvalidModel{fmt::format("value '{}' is defined more than once", name)};
  }
  scope.define(name, names_.take(std::string(name)));
}

void GraphBuilder::add_node(const Node& node, const Place& place, std::vector<OnnxNode>& nodes) {
  if (++nodes_ > kMaxNodes) {
    throw InvalidModel{fmt::format("it has more than {} nodes", kMaxNodes)};
  }
  OnnxNode built;
  built.name = node.name;
  built.op_type = node.op_type;
  built.domain = node.domain;
  for (const std::string_view output : node.outputs) {
    built.outputs.push_back(output.empty() ? std::string() : *place.scope->find(output));
  }
  const std::string label = describe(built);
  if (node.op_type.empty()) throw InvalidModel{label + " names no operator"};
  built.opset = opset_of(built);
  for (const std::string_view input : node.inputs) {
    built.inputs.push_back(resolve(*place.scope, input, label));
  }
  add_attributes(node, place, built);
  nodes.push_back(std::move(built));
}

std::int64_t GraphBuilder::opset_of(const OnnxNode& node) const {
  const auto found = model_.opsets.find(node.domain);
  if (found != model_.opsets.end()) return found->second;
  // Files of IR version 1 and 2 could not say it.
  if (node.domain.empty() && model_.ir_version < 3) return 1;
  throw InvalidModel{fmt::format("{} is of domain '{}', of which the model imports no version",
                                 describe(node), node.domain.empty() ? "ai.onnx" : node.domain)};
}

void GraphBuilder::add_attributes(const Node& node, const Place& place, OnnxNode& built) {
  std::set<std::string_view> seen;
  for (const Attribute& attribute : node.attributes) {
    try {
      if (!seen.insert(attribute.name).second) throw InvalidModel{"it is given twice"};
      built.attributes.push_back({std::string(attribute.name), value_of(attribute, place)});
    } catch (const InvalidModel& e) {
      throw InvalidModel{
          fmt::format("attribute '{}' of {}: {}", attribute.name, describe(built), e.why), e.kind};
    }
  }
}

OnnxAttributeValue GraphBuilder::value_of(const Attribute& attribute, const Place& place) {
  const AttributeType type = type_of(attribute);
  if (type != AttributeType::kGraph && type != AttributeType::kGraphs) {
    return plain_value(attribute, type, weights_);
  }
  std::vector<std::shared_ptr<const OnnxGraph>> graphs;
  for (const Graph& graph : attribute.graphs) {
    graphs.push_back(std::make_shared<const OnnxGraph>(build_graph(graph, place)));
  }
  if (type == AttributeType::kGraph) return graphs.front();
  return graphs;
}

}  // namespace joulemark::model::onnx
