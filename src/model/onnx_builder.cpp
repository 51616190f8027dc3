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

void refuse_sparse(const Graph& graph) {
  if (graph.sparse_initializers.empty()) return;
  throw InvalidModel{fmt::format("initializer '{}' is sparse, which is not supported",
                                 graph.sparse_initializers.front().values.header.name),
                     ErrorKind::kUnsupported};
}

/// "layer1/norm/x" for x in the function that node norm of function layer1 calls.
std::string name_in(const Call* call, std::string_view name) {
  if (call == nullptr) return std::string(name);
  return name.empty() ? call->label : fmt::format("{}/{}", call->label, name);
}

}  // namespace

std::string resolve(const Scope& scope, std::string_view name, std::string_view user) {
  if (name.empty()) return {};
  if (const std::string* unique = scope.find(name); unique != nullptr) return *unique;
  throw InvalidModel{fmt::format(
      "{} uses value '{}', which nothing defines: an initializer or an input is missing", user,
      name)};
}

OnnxGraph GraphBuilder::build() {
  return build_graph(model_.graph, {});
}

OnnxGraph GraphBuilder::build_graph(const Graph& graph, const Place& around) {
  if (around.depth > kMaxDepth) {
    throw InvalidModel{"its sub-graphs and functions are nested too deep"};
  }
  refuse_sparse(graph);
  OnnxGraph built;
  built.name = graph.name;
  Scope scope(around.scope);
  add_initializers(graph, around, scope, built);
  add_inputs(graph, around, scope, built);
  for (const Node& node : graph.nodes) {
    for (const std::string_view output : node.outputs) {
      if (!output.empty()) define(scope, output, around.call, "output");
    }
  }
  const Place place{&scope, around.call, around.depth + 1};
  for (const Node& node : graph.nodes) add_node(node, place, built.nodes);
  add_outputs(graph, scope, built);
  if (around.call != nullptr) budget_.count_copy(built);
  if (auto sorted = sort_nodes(built); !sorted) throw InvalidModel{sorted.error().message};
  return built;
}

void GraphBuilder::add_initializers(const Graph& graph, const Place& place, Scope& scope,
                                    OnnxGraph& built) {
  for (const Tensor& message : graph.initializers) {
    const std::string& name = message.header.name;
    define(scope, name, place.call, "initializer");
    auto tensor = weights_.tensor(message);
    if (!tensor) {
      throw InvalidModel{fmt::format("initializer '{}': {}", name, tensor.error().message),
                         tensor.error().kind};
    }
    tensor->name = *scope.find(name);
    built.initializers.push_back(std::move(*tensor));
  }
}

void GraphBuilder::add_inputs(const Graph& graph, const Place& place, Scope& scope,
                              OnnxGraph& built) {
  std::set<std::string_view> initializers;
  for (const Tensor& tensor : graph.initializers) initializers.insert(tensor.header.name);
  for (const Port& port : graph.inputs) {
    // Files before IR version 4 list every initializer as an input, too.
    if (initializers.contains(port.name)) continue;
    define(scope, port.name, place.call, "input");
    built.inputs.push_back(port);
    built.inputs.back().name = *scope.find(port.name);
  }
}

void GraphBuilder::add_outputs(const Graph& graph, const Scope& scope, OnnxGraph& built) {
  const std::string user = fmt::format("an output of graph '{}'", graph.name);
  built.outputs = graph.outputs;
  for (Port& port : built.outputs) {
    port.name = resolve(scope, port.name, user);
    if (port.name.empty()) throw InvalidModel{user + " has no value"};
  }
}

void GraphBuilder::define(Scope& scope, std::string_view name, const Call* call,
                          std::string_view what) {
  if (name.empty()) throw InvalidModel{fmt::format("an {} has no name", what)};
  if (scope.defines(name)) {
    throw InvalidModel{fmt::format("value '{}' is defined more than once", name)};
  }
  scope.define(name, names_.take(name_in(call, name)));
}

void GraphBuilder::add_node(const Node& node, const Place& place, Nodes& nodes) {
  if (const Function* function = functions_.find(node); function != nullptr) {
    expand(node, *function, place, nodes);
    return;
  }
  budget_.count_node();
  OnnxNode built;
  built.name = name_in(place.call, node.name);
  built.op_type = node.op_type;
  built.domain = node.domain;
  for (const std::string_view output : node.outputs) {
    built.outputs.push_back(resolve(*place.scope, output, ""));
  }
  const std::string label = describe(built);
  if (node.op_type.empty()) throw InvalidModel{label + " names no operator"};
  const auto opset = opset_of(built.domain, place.call);
  if (!opset) {
    throw InvalidModel{fmt::format("{} is of domain '{}', of which the model imports no version",
                                   label, node.domain.empty() ? "ai.onnx" : node.domain)};
  }
  built.opset = *opset;
  for (const std::string_view input : node.inputs) {
    built.inputs.push_back(resolve(*place.scope, input, label));
  }
  add_attributes(node, place, built);
  if (place.call != nullptr) {
    budget_.count_copy(built);
    budget_.count_parts(node.attributes.size());
  }
  nodes.push_back(std::move(built));
}

std::optional<std::int64_t> GraphBuilder::opset_of(const std::string& domain,
                                                   const Call* call) const {
  if (call != nullptr) {
    const Opsets& own = call->function->opsets;
    if (const auto found = own.find(domain); found != own.end()) return found->second;
  }
  const auto found = model_.opsets.find(domain);
  if (found != model_.opsets.end()) return found->second;
  // Files of IR version 1 and 2 could not say it.
  if (domain.empty() && model_.ir_version < 3) return 1;
  return std::nullopt;
}

void GraphBuilder::add_attributes(const Node& node, const Place& place, OnnxNode& built) {
  std::set<std::string_view> seen;
  for (const Attribute& attribute : node.attributes) {
    try {
      if (!seen.insert(attribute.name).second) throw InvalidModel{"it is given twice"};
      const std::string name(attribute.name);
      if (attribute.reference.empty()) {
        built.attributes.push_back({name, value_of(attribute, type_of(attribute), place)});
      } else if (const BoundAttribute* bound = referred(attribute, place.call)) {
        built.attributes.push_back({name, *bound->value});
      }
    } catch (const InvalidModel& e) {
      throw InvalidModel{
          fmt::format("attribute '{}' of {}: {}", attribute.name, describe(built), e.why), e.kind};
    }
  }
}

OnnxAttributeValue GraphBuilder::value_of(const Attribute& attribute, AttributeType type,
                                          const Place& place) {
  if (!is_graph(type)) return plain_value(attribute, type, weights_);
  std::vector<std::shared_ptr<const OnnxGraph>> graphs;
  for (const Graph& graph : attribute.graphs) {
    graphs.push_back(std::make_shared<const OnnxGraph>(build_graph(graph, place)));
  }
  if (type == AttributeType::kGraph) return graphs.front();
  return graphs;
}

}  // namespace joulemark::model::onnx
