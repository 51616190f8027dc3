// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/op_call.h"

#include <ATen/ops/scalar_tensor.h>

#include "model/dtype.h"
#include "torch_kit/dtypes.h"
#include "torch_kit/tensors.h"

namespace joulemark::torch_kit {

OpCall::OpCall(GraphWriter& graph_writer, const model::OnnxNode& onnx_node, Scope& names)
    : NodeCall(onnx_node), graph(graph_writer), scope(names) {}

Operand& OpCall::operand(std::size_t i) {
  if (!has(i)) invalid("input " + std::to_string(i) + " is missing");
  Operand* found = scope.find(node.inputs[i]);
  if (found == nullptr) invalid("its input '" + node.inputs[i] + "' is not defined");
  return *found;
}

JitValue* OpCall::numbers_as_tensor(const Operand& operand) {
  const at::ScalarType type = storage_of(operand.dtype)->type;
  const HostNumbers& numbers = *operand.host;
  const c10::IValue device = graph.device();
  const auto as_scalar = [&](JitValue* number) {
    return call("aten::scalar_tensor", {number, type, c10::IValue(), device});
  };
  if (numbers.rank == 0) return as_scalar(numbers.elements.front());
  if (numbers.elements.empty() ||
      numbers.elements.front()->type()->kind() == c10::TypeKind::IntType)
    return call("aten::tensor", {graph.int_list(numbers.elements), type, device, false});
  std::vector<JitValue*> parts;
  for (JitValue* number : numbers.elements) parts.push_back(as_scalar(number));
  JitValue* all = call("aten::stack", {graph.tensor_list(parts), 0});
  return graph.declare(all, type, 1);
}

JitValue* OpCall::as_tensor(Operand& operand) {
  if (operand.sequence) unsupported("it is given a sequence where a tensor is expected");
  if (operand.tensor == nullptr) operand.tensor = numbers_as_tensor(operand);
  return operand.tensor;
}

JitValue* OpCall::tensor(std::size_t i) {
  JitValue* value = as_tensor(operand(i));
  if (!widen_) return value;
  const at::ScalarType type = held_type(i);
  if (!lacks_arithmetic(type)) return value;
  widened_from_ = type;
  return cast(value, arithmetic_type(type));
}

tj::NamedValue OpCall::tensor_or_none(std::size_t i) {
  if (!has(i)) return {c10::IValue()};
  return {tensor(i)};
}

std::vector<JitValue*> OpCall::tensors(std::size_t first) {
  std::vector<JitValue*> all;
  for (std::size_t i = first; i < input_count(); ++i) all.push_back(tensor(i));
  return all;
}

jm_dtype OpCall::dtype(std::size_t i) {
  return operand(i).dtype;
}

at::ScalarType OpCall::type(std::size_t i) {
  const auto type = graph.scalar_type(tensor(i));
  return type ? *type : held_type(i);
}

/// Without what widening has made of it.
at::ScalarType OpCall::held_type(std::size_t i) {
  Operand& value = operand(i);
  if (const auto type = graph.scalar_type(as_tensor(value))) return *type;
  const auto storage = storage_of(value.dtype);
  if (!storage) unsupported("the element type of input '" + node.inputs[i] + "' is not known");
  return storage->type;
}

std::int64_t OpCall::rank(std::size_t i) {
  const Operand& value = operand(i);
  if (value.host) return value.host->rank;
  return rank_of(tensor(i));
}

std::optional<at::Tensor> OpCall::constant(std::size_t i) {
  if (!has(i)) return std::nullopt;
  const Operand& value = operand(i);
  if (value.tensor == nullptr) return std::nullopt;
  const auto known = graph.value_of(value.tensor);
  if (!known || !known->isTensor()) return std::nullopt;
  return known->toTensor();
}

at::Tensor OpCall::tensor_attribute(std::string_view name) {
  return from_model(model_tensor(name), graph.device());
}

std::vector<JitValue*> OpCall::int_elements(std::size_t i) {
  Operand& value = operand(i);
  if (value.host) return value.host->elements;
  JitValue* list = int_list(i);
  if (graph.value_of(list)) return graph.unpack(list, 0);
  const auto example = graph.example(as_tensor(value));
  if (!example || example->numel() >= GraphWriter::kOpenSize)
    unsupported("the number of elements of input '" + node.inputs[i] + "' is not known");
  return graph.unpack(list, static_cast<std::size_t>(example->numel()));
}

JitValue* OpCall::int_list(std::size_t i) {
  Operand& value = operand(i);
  if (value.host) return graph.int_list(value.host->elements);
  JitValue* of = as_tensor(value);
  if (const auto example = graph.example(of); example && example->dim() != 1)
    of = call("aten::reshape", {of, Ints{-1}});
  return graph.to_int_list(of);
}

Ints OpCall::constant_ints(std::size_t i) {
  const auto known = graph.value_of(int_list(i));
  if (!known) unsupported("input '" + node.inputs[i] + "' must be known when the model is loaded");
  return known->toIntVector();
}

JitValue* OpCall::number(std::size_t i) {
  return number_of(operand(i));
}

JitValue* OpCall::number_of(Operand& operand) {
  if (operand.host) {
    if (operand.host->elements.size() != 1) invalid("an input that must be one number is several");
    return operand.host->elements.front();
  }
  JitValue* of = as_tensor(operand);
  const auto known = graph.value_of(of);
  const at::ScalarType held = known ? known->toTensor().scalar_type() : type_of(of);
  if (known && known->toTensor().numel() != 1)
    invalid("an input that must be one number is several");
  if (known && at::isFloatingType(held)) return constant_value(known->toTensor().item().toDouble());
  if (known && held == at::kBool) return constant_value(known->toTensor().item().toBool());
  if (known) return constant_value(known->toTensor().item().toLong());
  if (at::isFloatingType(held)) return call("aten::Float.Tensor", {of});
  return call(held == at::kBool ? "aten::Bool.Tensor" : "aten::Int.Tensor", {of});
}

JitValue* OpCall::cast(JitValue* value, at::ScalarType to) {
  if (graph.scalar_type(value) == to) return value;
  return call("aten::to.dtype", {value, to, false, false, c10::IValue()});
}

at::ScalarType OpCall::type_of(JitValue* value) {
  const auto type = graph.scalar_type(value);
  if (!type) unsupported("the element type of a value that it needs is not known");
  return *type;
}

std::int64_t OpCall::rank_of(JitValue* value) {
  const auto example = graph.example(value);
  if (!example) unsupported("the rank of a value that it needs is not known");
  return example->dim();
}

JitValue* OpCall::size(JitValue* value, std::int64_t axis) {
  return call("aten::size.int", {value, axis});
}

std::int64_t OpCall::axis_of(JitValue* value, std::int64_t axis) {
  const std::int64_t rank = rank_of(value);
  if (axis < -rank || axis >= std::max<std::int64_t>(rank, 1))
    invalid("it has no axis " + std::to_string(axis) + " (rank " + std::to_string(rank) + ")");
  return axis < 0 ? axis + rank : axis;
}

JitValue* OpCall::scalar_tensor(const c10::Scalar& value, at::ScalarType type) {
  return constant_value(at::scalar_tensor(value, at::TensorOptions(type).device(graph.device())));
}

void OpCall::result(JitValue* value, std::size_t i, jm_dtype dtype) {
  if (!wants(i)) return;
  if (widen_ && widened_from_ != at::ScalarType::Undefined &&
      type_of(value) == arithmetic_type(widened_from_))
    value = cast(value, widened_from_);
  // Where the type is not known either, what needs it will say so.
  const auto type = graph.scalar_type(value);
  if (dtype == JM_UNDEFINED && type) dtype = dtype_of(*type);
  result(Operand{dtype, value, {}, {}}, i);
}

void OpCall::result(Operand operand, std::size_t i) {
  if (wants(i)) scope[node.outputs[i]] = std::move(operand);
}

void OpCall::widen() {
  widen_ = true;
}

}  // namespace joulemark::torch_kit
