// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/lower.h"

#include <ATen/ops/empty.h>

#include <cctype>
#include <map>

#include "model/dtype.h"
#include "plugin_kit/status.h"
#include "torch_kit/dtypes.h"
#include "torch_kit/errors.h"
#include "torch_kit/lowering/host_numbers.h"
#include "torch_kit/lowering/table.h"
#include "torch_kit/tensors.h"

namespace joulemark::torch_kit {
namespace {

/// A failure that already names its node.
struct NodeFailure : plugin::Failure {};

std::string name_of(const model::OnnxNode& node) {
  if (!node.name.empty()) return node.name;
  for (const std::string& output : node.outputs)
    if (!output.empty()) return output;
  return "?";
}

std::string operator_of(const model::OnnxNode& node) {
  return (node.domain.empty() ? "" : node.domain + ".") + node.op_type;
}

[[noreturn]] void fail_at(const model::OnnxNode& node, jm_status status, const std::string& why) {
  throw NodeFailure{{status, "node '" + name_of(node) + "' (" + operator_of(node) + ", opset " +
                                 std::to_string(node.opset) + "): " + why}};
}

void lower_node(GraphWriter& writer, const model::OnnxNode& node, Scope& scope) {
  OpCall call(writer, node, scope);
  if (lower_on_host(call)) return;
  const Entry* entry = find_entry(node.domain, node.op_type, node.opset);
  if (entry == nullptr)
    plugin::fail(JM_UNSUPPORTED, why_no_entry(node.domain, node.op_type, node.opset));
  if (entry->types == Types::kWidened) call.widen();
  entry->lower(call);
  for (std::size_t i = 0; i < call.output_count(); ++i)
    if (call.wants(i) && !scope.contains(node.outputs[i]))
      call.unsupported("its output " + std::to_string(i) + " is not covered");
}

void lower_node_or_name_it(GraphWriter& writer, const model::OnnxNode& node, Scope& scope) {
  const std::string outer = writer.position();
  writer.set_position("ONNX node '" + name_of(node) + "' (" + operator_of(node) + ")");
  try {
    lower_node(writer, node, scope);
  } catch (const NodeFailure&) {
    throw;
  } catch (const plugin::Failure& failure) {
    fail_at(node, failure.status, failure.message);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    fail_at(node, JM_UNSUPPORTED, brief(error));
  }
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

plugin::Port port_of(const model::Port& from) {
  if (from.kind != model::ValueKind::kTensor)
    plugin::fail(JM_UNSUPPORTED, "'" + from.name + "' is a " + model::to_string(from.kind) +
                                     "; only tensors can be passed");
  plugin::Port port;
  port.name = from.name;
  port.dtype = from.dtype;
  port.rank_known = from.dims.has_value();
  if (from.dims)
    for (const model::Dim& dim : *from.dims) port.dims.push_back(dim.value);
  return port;
}

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
    lowered.inputs.push_back(port_of(input));
    add_input(writer, input, sizes, scope);
  }
  lower_nodes(writer, model.graph, scope);
  for (const model::Port& output : model.graph.outputs) {
    plugin::Port port = port_of(output);
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
