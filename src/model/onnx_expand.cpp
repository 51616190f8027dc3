// SPDX-License-Identifier: Apache-2.0
// The body of a function in place of its call: its inputs and outputs are values of the caller, its
// other values get names of their own.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "model/onnx_attributes.h"
#include "model/onnx_builder.h"

namespace joulemark::model::onnx {
namespace {

/// Throws when the node cannot call the function at all.
void check_call(const Node& node, const Call& call) {
  const Function& function = *call.function;
  for (const Call* outer = call.caller; outer != nullptr; outer = outer->caller) {
    if (outer->function != call.function) continue;
    throw InvalidModel{
        fmt::format("function '{}' calls itself at node '{}'", function.name, call.label)};
  }
  const auto check = [&](std::size_t given, std::size_t most, std::string_view what) {
    if (given <= most) return;
    throw InvalidModel{fmt::format("node '{}' has {} {}, function '{}' only {}", call.label, given,
                                   what, function.name, most)};
  };
  check(node.inputs.size(), function.inputs.size(), "inputs");
  check(node.outputs.size(), function.outputs.size(), "outputs");
}

OnnxNode identity(const Call& call, const std::string& from, const std::string& to,
                  std::int64_t opset) {
  OnnxNode node;
  node.name = call.label;
  node.op_type = "Identity";
  node.opset = opset;
  node.inputs = {from};
  node.outputs = {to};
  return node;
}

}  // namespace

void GraphBuilder::expand(const Node& node, const Function& function, const Place& place,
                          Nodes& nodes) {
  if (place.depth > kMaxDepth) {
    throw InvalidModel{"its sub-graphs and functions are nested too deep"};
  }
  // A function without nodes takes time, too.
  budget_.count_node();
  budget_.count_parts(function.inputs.size() + function.defaults.size());
  const Call call = bind(node, function, place);
  Scope scope(nullptr);
  bind_inputs(node, call, place, scope);
  bind_outputs(node, call, place, scope);
  const Place inside{&scope, &call, place.depth + 1};
  for (const Node& each : function.nodes) add_node(each, inside, nodes);
  pass_through(node, call, place, scope, nodes);
}

Call GraphBuilder::bind(const Node& node, const Function& function, const Place& place) {
  const std::string_view own = node.name.empty() ? node.op_type : node.name;
  Call call{
      &function, place.call,
      place.call == nullptr ? std::string(own) : fmt::format("{}/{}", place.call->label, own)};
  check_call(node, call);
  for (const Attribute& attribute : node.attributes) {
    bind_attribute(attribute, place.call, call);
  }
  // A default that refers to an attribute is as wrong as in the main graph.
  for (const Attribute& attribute : function.defaults) {
    if (!call.attributes.contains(attribute.name)) bind_attribute(attribute, nullptr, call);
  }
  return call;
}

void GraphBuilder::bind_attribute(const Attribute& attribute, const Call* caller, Call& call) {
  try {
    if (call.attributes.contains(attribute.name)) throw InvalidModel{"it is given twice"};
    auto bound = bound_attribute(attribute, caller);
    if (!bound) return;
    if (bound->value) budget_.count_copy(*bound->value);
    call.attributes.emplace(attribute.name, std::move(*bound));
  } catch (const InvalidModel& e) {
    throw InvalidModel{fmt::format("attribute '{}' of node '{}' ({}): {}", attribute.name,
                                   call.label, call.function->name, e.why),
                       e.kind};
  }
}

std::optional<BoundAttribute> GraphBuilder::bound_attribute(const Attribute& attribute,
                                                            const Call* caller) {
  if (!attribute.reference.empty()) {
    const BoundAttribute* given = referred(attribute, caller);
    return given == nullptr ? std::nullopt : std::optional(*given);
  }
  BoundAttribute bound{type_of(attribute), std::nullopt};
  if (!is_graph(bound.type)) bound.value = plain_value(attribute, bound.type, weights_);
  return bound;
}

void GraphBuilder::bind_inputs(const Node& node, const Call& call, const Place& place,
                               Scope& scope) {
  const Function& function = *call.function;
  const std::string user = fmt::format("node '{}' ({})", call.label, function.name);
  for (std::size_t i = 0; i < function.inputs.size(); ++i) {
    const std::string_view given = i < node.inputs.size() ? node.inputs[i] : std::string_view();
    if (!scope.define(function.inputs[i], resolve(*place.scope, given, user))) {
      throw InvalidModel{fmt::format("function '{}' has input '{}' more than once", function.name,
                                     function.inputs[i])};
    }
  }
}

void GraphBuilder::bind_outputs(const Node& node, const Call& call, const Place& place,
                                Scope& scope) {
  std::map<std::string_view, std::string> wanted;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i].empty()) continue;
    wanted.emplace(call.function->outputs[i], *place.scope->find(node.outputs[i]));
  }
  for (const Node& each : call.function->nodes) {
    for (const std::string_view output : each.outputs) {
      const auto outside = wanted.find(output);
      if (output.empty()) continue;
      if (outside == wanted.end() || scope.defines(output)) {
        define(scope, output, &call, "output");
      } else {
        scope.define(output, outside->second);
      }
    }
  }
}

void GraphBuilder::pass_through(const Node& node, const Call& call, const Place& place,
                                const Scope& scope, Nodes& nodes) {
  const Function& function = *call.function;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i].empty()) continue;
    const std::string& outside = *place.scope->find(node.outputs[i]);
    const std::string_view formal = function.outputs[i];
    const std::string inside =
        resolve(scope, formal, fmt::format("an output of function '{}'", function.name));
    const bool is_input = std::ranges::find(function.inputs, formal) != function.inputs.end();
    if (inside == outside && !is_input) continue;
    if (inside.empty()) {
      throw InvalidModel{fmt::format("node '{}' leaves out '{}', which function '{}' gives back",
                                     call.label, formal, function.name)};
    }
    budget_.count_node();
    nodes.push_back(identity(call, inside, outside, opset_of("", &call).value_or(1)));
    budget_.count_copy(nodes.back());
  }
}

}  // namespace joulemark::model::onnx
