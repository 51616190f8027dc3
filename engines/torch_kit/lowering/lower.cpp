// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/lower.h"

#include <ATen/ops/empty.h>

#include <cctype>
#include <map>

#include "lowering_kit/at_node.h"
#include "lowering_kit/model_file.h"
#include "model/dtype.h"
#include "plugin_kit/status.h"
#include "torch_kit/dtypes.h"
#include "torch_kit/errors.h"
#include "torch_kit/lowering/host_numbers.h"
#include "torch_kit/lowering/table.h"
#include "torch_kit/tensors.h"

namespace joulemark::torch_kit {
namespace {

void lower_node(GraphWriter& writer, const model::OnnxNode& node, Scope& scope) {
  OpCall call(writer, node, scope);
  if (lower_on_host(call)) return;
  const Entry* entry = find_entry(node.domain, node.op_type, node.opset);
  if (entry == nullptr)
    plugin::fail(JM_UNSUPPORTED, table().why_none(node.domain, node.op_type, node.opset, "torch"));
  if (entry->types == Types::kWidened) call.widen();
  entry->lower(call);
  for (std::size_t i = 0; i < call.output_count(); ++i)
    if (call.wants(i) && !scope.contains(node.outputs[i]))
      call.unsupported("its output " + std::to_string(i) + " is not covered");
}

void lower_node_or_name_it(GraphWriter& writer, const model::OnnxNode& node, Scope& scope) {
  const std::string outer = writer.position();
  writer.set_position("ONNX node '" + lowering::name_of(node) + "' (" +
                      lowering::operator_of(node) + ")");
  lowering::at_node(
      node, [&] { lower_node(writer, node, scope); }, brief);
  writer.set_position(outer);
}

/// Sizes that stand for the open dimensions in examples: the same for the same symbol.
class OpenSizes {
 public:
  std::int64_t size(const model::Dim& dim) {
    if (dim.value >= 0) return dim.value;
    if (dim.symbol.empty()) return GraphWriter::kOpenSize;
    const auto next = static_cast<std::int64_t>(sizes_.size()) + 2;
    return sizes_.try_emplace(dim.symbol, next * GraphWriter::kOpenSize).first->second;
  }

 private:
  std::map<std::string, std::int64_t> sizes_;
};

/// What Python and TorchScript take for a name.
std::string identifier(const std::string& name) {
  std::string text = name;
  for (char& c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0)
    text = "_" + text;
  return text;
}

void add_input(GraphWriter& writer, const model::Port& from, OpenSizes& sizes, Scope& scope) {
  const auto storage = storage_of(from.dtype);
  if (!storage)
    plugin::fail(JM_UNSUPPORTED, "input '" + from.name + "' has element type " +
                                     model::dtype_name(from.dtype) +
                                     ", which PyTorch has no tensors of");
  JitValue* value = writer.graph()->addInput(identifier(from.name));
  if (from.dims) {
    Ints dims;
    bool fixed = true;
    for (const model::Dim& dim : *from.dims) {
      dims.push_back(sizes.size(dim));
      fixed = fixed && dim.value >= 0;
    }
    writer.set_fact(value,
                    {at::empty(dims, at::TensorOptions(storage->type).device(at::kMeta)), fixed});
  } else {
    writer.open_rank(value, storage->type);
  }
  scope[from.name] = Operand{from.dtype, value, {}, {}};
}

}  // namespace

void lower_nodes(GraphWriter& writer, const model::OnnxGraph& graph, Scope& scope) {
  for (const model::OnnxTensor& weight : graph.initializers) {
    if (weight.dtype == JM_STRING) continue;
    const at::Tensor tensor = from_model(weight, writer.device());
    scope[weight.name] = Operand{weight.dtype, writer.constant(tensor), {}, {}};
  }
  for (const model::OnnxNode& node : graph.nodes) lower_node_or_name_it(writer, node, scope);
}

Lowered lower(const model::OnnxModel& model, c10::Device device, Caches caches) {
  GraphWriter writer(device, caches);
  Lowered lowered{writer.graph(), {}, {}, ""};
  Scope scope;
  OpenSizes sizes;
  for (const model::Port& input : model.graph.inputs) {
    lowered.inputs.push_back(lowering::port_of(input));
    add_input(writer, input, sizes, scope);
  }
  lower_nodes(writer, model.graph, scope);
  for (const model::Port& output : model.graph.outputs) {
    plugin::Port port = lowering::port_of(output);
    Operand* found = scope.find(output.name);
    if (found == nullptr)
      plugin::fail(JM_INVALID_MODEL, "its output '" + output.name + "' is not defined");
    const model::OnnxNode none;
    OpCall call(writer, none, scope);
    port.dtype = found->dtype == JM_UNDEFINED ? port.dtype : found->dtype;
    lowered.graph->registerOutput(call.as_tensor(*found));
    lowered.outputs.push_back(std::move(port));
  }
  lowered.precision = narrowest_float(writer.tensor_types());
  return lowered;
}

}  // namespace joulemark::torch_kit
