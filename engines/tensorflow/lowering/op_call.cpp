// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/op_call.h"

#include <algorithm>
#include <numeric>

#include "model/dtype.h"
#include "tensorflow/dtypes.h"
#include "tensorflow/lowering/weights.h"

namespace joulemark::tf {
namespace {

/// The type that kernels have which lack `type`; itself where there is nothing to widen.
Type wide_type(Type type) {
  switch (type) {
    case kInt8:
    case kInt16:
    case kUint8:
    case kUint16:
      return kInt32;
    case kUint32:
    case kUint64:
      return kInt64;
    default:
      return type;
  }
}

}  // namespace

Operand& OpCall::operand(std::size_t i) {
  if (!has(i)) invalid("input " + std::to_string(i) + " is missing");
  Operand* found = scope.find(node.inputs[i]);
  if (found == nullptr) invalid("its input '" + node.inputs[i] + "' is not defined");
  return *found;
}

Value OpCall::written(Operand& operand) {
  if (operand.value.op == nullptr) operand.value = write_weight(graph, operand);
  return operand.value;
}

Value OpCall::tensor(std::size_t i) {
  const Value value = written(operand(i));
  if (!widen_) return value;
  const Type type = graph.type(value);
  if (wide_type(type) == type) return value;
  widened_from_ = type;
  return cast(value, wide_type(type));
}

std::vector<Value> OpCall::tensors(std::size_t first) {
  std::vector<Value> all;
  for (std::size_t i = first; i < input_count(); ++i) all.push_back(tensor(i));
  return all;
}

const model::OnnxTensor* OpCall::weight(std::size_t i) {
  return has(i) ? operand(i).weight : nullptr;
}

std::optional<Value> OpCall::transposed_weight(std::size_t i, const Ints& order) {
  const Operand& of = operand(i);
  if (of.weight == nullptr || of.weight->dims.size() != order.size()) return std::nullopt;
  return write_transposed(graph, of, order);
}

std::optional<Ints> OpCall::known_ints(std::size_t i) {
  Operand& of = operand(i);
  if (of.weight != nullptr) return ints_of(*of.weight);
  return graph.known_ints(of.value);
}

Ints OpCall::constant_ints(std::size_t i) {
  auto known = known_ints(i);
  if (!known) unsupported("input '" + node.inputs[i] + "' must be known when the model is loaded");
  return std::move(*known);
}

void OpCall::result(Value value, std::size_t i) {
  if (!wants(i)) return;
  if (widened_from_ != kNoType && graph.type(value) == wide_type(widened_from_))
    value = cast(value, widened_from_);
  scope[node.outputs[i]] = Operand{value};
}

void OpCall::result_rows(const Rows& rows) {
  if (!wants(0)) return;
  result(reshape(rows.value, rows.sizes));
  scope[node.outputs[0]].rows = rows;
}

Value OpCall::scalar(double value, Type type) {
  std::byte bytes[16] = {};
  model::set_element(dtype_of(type), bytes, 0, value);
  return graph.constant({type, {}, bytes, size_of(type)});
}

Value OpCall::ints(const Ints& values, Type type) {
  const auto count = static_cast<std::int64_t>(values.size());
  if (type == kInt64)
    return graph.constant({kInt64, {count}, values.data(), values.size() * sizeof(std::int64_t)});
  const std::vector<std::int32_t> narrow(values.begin(), values.end());
  return graph.constant({kInt32, {count}, narrow.data(), narrow.size() * sizeof(std::int32_t)});
}

Value OpCall::int_scalar(std::int64_t value, Type type) {
  if (type == kInt64) return graph.constant({kInt64, {}, &value, sizeof value});
  const auto narrow = static_cast<std::int32_t>(value);
  return graph.constant({kInt32, {}, &narrow, sizeof narrow});
}

Value OpCall::cast(Value value, Type to) {
  if (graph.type(value) == to) return value;
  return op("Cast", {value}, {{"DstT", to}});
}

std::int64_t OpCall::rank_of(Value value) {
  return static_cast<std::int64_t>(dims_of(value).size());
}

Ints OpCall::dims_of(Value value) {
  auto dims = graph.dims(value);
  if (!dims) unsupported("the rank of a value that it needs is not known");
  return std::move(*dims);
}

std::int64_t OpCall::axis_of(Value value, std::int64_t axis) {
  const std::int64_t rank = rank_of(value);
  if (axis < -rank || axis >= std::max<std::int64_t>(rank, 1))
    invalid("it has no axis " + std::to_string(axis) + " (rank " + std::to_string(rank) + ")");
  return axis < 0 ? axis + rank : axis;
}

Value OpCall::shape(Value value) {
  const auto dims = graph.dims(value);
  if (dims && std::ranges::none_of(*dims, [](std::int64_t size) { return size < 0; }))
    return ints(*dims);
  return op("Shape", {value}, {{"out_type", kInt64}});
}

Value OpCall::transpose(Value value, const Ints& order) {
  Ints same(order.size());
  std::iota(same.begin(), same.end(), 0);
  return order == same ? value : op("Transpose", {value, ints(order, kInt32)});
}

}  // namespace joulemark::tf
