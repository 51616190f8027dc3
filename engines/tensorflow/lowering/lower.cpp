// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/lower.h"

#include "lowering_kit/at_node.h"
#include "lowering_kit/model_file.h"
#include "model/dtype.h"
#include "plugin_kit/status.h"
#include "tensorflow/dtypes.h"
#include "tensorflow/lowering/table.h"

namespace joulemark::tf {
namespace {

const Entry& entry_for(const model::OnnxNode& node) {
  const Entry* entry = table().find(node.domain, node.op_type, node.opset);
  if (entry == nullptr)
    plugin::fail(JM_UNSUPPORTED,
                 table().why_none(node.domain, node.op_type, node.opset, "tensorflow"));
  return *entry;
}

/// Does `work` for a node, whose name is in what fails there.
template <class Work>
void at(const model::OnnxNode& node, Work&& work) {
  lowering::at_node(node, work,
                    [](const std::exception& error) { return std::string(error.what()); });
}

void lower_node(GraphWriter& writer, const model::OnnxNode& node, Scope& scope) {
  const Entry& entry = entry_for(node);
  OpCall call(writer, node, scope);
  if (entry.types == Types::kWidened) call.widen();
  entry.lower(call);
  for (std::size_t i = 0; i < call.output_count(); ++i)
    if (call.wants(i) && !scope.contains(node.outputs[i]))
      call.unsupported("its output " + std::to_string(i) + " is not covered");
}

void lower_all(GraphWriter& writer, const model::OnnxGraph& graph, Scope& scope) {
  for (const model::OnnxNode& node : graph.nodes) {
    writer.set_position(lowering::name_of(node));
    at(node, [&] { lower_node(writer, node, scope); });
  }
}

Type input_type(const model::Port& port) {
  if (const auto type = type_of(port.dtype)) return *type;
  plugin::fail(JM_UNSUPPORTED, "input '" + port.name + "' has element type " +
                                   model::dtype_name(port.dtype) +
                                   ", which this engine passes no tensors of");
}

void add_input(Lowered& lowered, const model::Port& from, Scope& scope) {
  const plugin::Port port = lowering::port_of(from);
  lowered.writer->set_position(from.name);
  const Value value = lowered.writer->placeholder(
      input_type(from), port.rank_known ? std::optional(port.dims) : std::nullopt);
  lowered.feeds.push_back(value);
  scope[from.name] = Operand{value};
}

/// Behind an Identity, so that the node which computes it may be fused with others.
void add_output(Lowered& lowered, const model::Port& from, Scope& scope) {
  Operand* found = scope.find(from.name);
  if (found == nullptr)
    plugin::fail(JM_INVALID_MODEL, "its output '" + from.name + "' is not defined");
  lowered.writer->set_position(from.name);
  const Value value =
      found->value.op == nullptr ? write_weight(*lowered.writer, *found) : found->value;
  lowered.fetches.push_back(lowered.writer->op("Identity", {value}));
}

}  // namespace

void check_operators(const model::OnnxGraph& graph) {
  for (const model::OnnxNode& node : graph.nodes) at(node, [&] { entry_for(node); });
}

Ports ports_of(const model::OnnxModel& model) {
  Ports ports;
  for (const model::Port& input : model.graph.inputs) {
    ports.inputs.push_back(lowering::port_of(input));
    input_type(input);
  }
  for (const model::Port& output : model.graph.outputs)
    ports.outputs.push_back(lowering::port_of(output));
  return ports;
}

Lowered lower(const Api& api, const model::OnnxModel& model, LoweringOptions options) {
  Lowered lowered{std::make_unique<GraphWriter>(api, options.layout), {}, {}};
  Scope scope;
  const auto variables = variables_of(model.graph, options.weights);
  for (const model::OnnxTensor& weight : model.graph.initializers)
    scope[weight.name] =
        Operand{{}, &weight, variables.contains(weight.name) ? Keep::kVariable : Keep::kConstant};
  for (const model::Port& input : model.graph.inputs) add_input(lowered, input, scope);
  lower_all(*lowered.writer, model.graph, scope);
  for (const model::Port& output : model.graph.outputs) add_output(lowered, output, scope);
  return lowered;
}

void lower_nodes(GraphWriter& writer, const model::OnnxGraph& graph, Scope& scope) {
  for (const model::OnnxTensor& weight : graph.initializers)
    scope[weight.name] = Operand{{}, &weight};
  lower_all(writer, graph, scope);
}

}  // namespace joulemark::tf
