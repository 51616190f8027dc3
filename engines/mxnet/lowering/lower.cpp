// SPDX-License-Identifier: Apache-2.0
#include "mxnet/lowering/lower.h"

#include <unordered_set>

#include "lowering_kit/at_node.h"
#include "model/dtype.h"
#include "mxnet/dtypes.h"
#include "mxnet/lowering/table.h"
#include "mxnet/mx_errors.h"
#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

std::string what(const std::exception& error) {
  return error.what();
}

const Entry& entry_for(const model::OnnxNode& node) {
  const Entry* entry = table().find(node.domain, node.op_type, node.opset);
  if (entry == nullptr)
    plugin::fail(JM_UNSUPPORTED, table().why_none(node.domain, node.op_type, node.opset, "mxnet"));
  return *entry;
}

Type passed_type(const char* role, const std::string& name, jm_dtype dtype) {
  const auto type = type_of(dtype);
  if (!type)
    plugin::fail(JM_UNSUPPORTED, std::string(role) + " '" + name + "' has element type " +
                                     model::dtype_name(dtype) +
                                     ", which this engine passes no tensors of");
  return *type;
}

void lower_node(GraphWriter& writer, const model::OnnxNode& node, Scope& scope) {
  OpCall call(writer, node, scope);
  entry_for(node).lower(call);
  for (std::size_t i = 0; i < call.output_count(); ++i)
    if (call.wants(i) && !scope.contains(node.outputs[i]))
      call.unsupported("its output " + std::to_string(i) + " is not covered");
}

void add_weight(GraphWriter& writer, const model::OnnxTensor& weight, Scope& scope) {
  const Type type = passed_type("constant", weight.name, weight.dtype);
  scope[weight.name] =
      Operand{writer.constant({type, weight.dims, weight.data.data(), weight.data.size()})};
}

/// A result of an operator, and of one output alone: what is not gets one that copies.
Symbol* output_symbol(GraphWriter& writer, const Value& value,
                      std::unordered_set<const Node*>& outputs, std::vector<Value>& kept) {
  if (value->array == nullptr && value->name.empty() && outputs.insert(value.get()).second)
    return value->symbol.get();
  writer.symbol_of(value);
  // A constant is computed with at once, and so its copy would be a constant again.
  Value variable = value;
  if (value->array != nullptr) {
    variable = writer.input(value->name, {value->type, value->dims});
    kept.push_back(variable);
  }
  kept.push_back(writer.op("_copy", {variable}));
  return kept.back()->symbol.get();
}

}  // namespace

void check_covered(const model::OnnxGraph& graph) {
  for (const model::Port& input : graph.inputs) (void)passed_type("input", input.name, input.dtype);
  for (const model::OnnxTensor& weight : graph.initializers)
    (void)passed_type("constant", weight.name, weight.dtype);
  for (const model::OnnxNode& node : graph.nodes)
    lowering::at_node(
        node, [&] { (void)entry_for(node); }, what);
}

void lower_nodes(GraphWriter& writer, const model::OnnxGraph& graph, Scope& scope) {
  for (const model::OnnxTensor& weight : graph.initializers) add_weight(writer, weight, scope);
  for (const model::OnnxNode& node : graph.nodes) {
    writer.set_position(lowering::name_of(node));
    lowering::at_node(
        node, [&] { lower_node(writer, node, scope); }, what);
  }
}

Lowered lower(const Api& api, const model::OnnxModel& model, const std::vector<Elements>& inputs) {
  set_shapes(api, Shapes::kNumpy);
  GraphWriter writer(api);
  Scope scope;
  Lowered lowered{{nullptr, api.NNSymbolFree}, {}, {}, {}, "", true};
  for (std::size_t i = 0; i < model.graph.inputs.size(); ++i) {
    const model::Port& input = model.graph.inputs[i];
    Elements elements = inputs[i];
    elements.type = passed_type("input", input.name, input.dtype);
    lowered.inputs.push_back(writer.input("input" + std::to_string(i), elements));
    scope[input.name] = Operand{lowered.inputs.back()};
  }
  lower_nodes(writer, model.graph, scope);
  std::unordered_set<const Node*> outputs;
  std::vector<Value> kept;
  std::vector<Symbol*> symbols;
  for (const model::Port& output : model.graph.outputs) {
    const Operand* found = scope.find(output.name);
    if (found == nullptr)
      plugin::fail(JM_INVALID_MODEL, "its output '" + output.name + "' is not defined");
    writer.set_position(output.name);
    symbols.push_back(output_symbol(writer, found->value, outputs, kept));
  }
  Symbol* group = nullptr;
  check(
      api, Stage::kLoad,
      api.MXSymbolCreateGroup(static_cast<std::uint32_t>(symbols.size()), symbols.data(), &group));
  lowered.symbol.reset(group);
  lowered.parameters = writer.parameters();
  lowered.read_inputs = writer.read_inputs();
  lowered.precision = writer.precision();
  lowered.may_be_fused = writer.may_be_fused();
  return lowered;
}

}  // namespace joulemark::mx
