// SPDX-License-Identifier: Apache-2.0
// Tensors made from nothing but numbers and sizes.
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include "torch_kit/dtypes.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

void give_constant(OpCall& call, const at::Tensor& value) {
  call.result(call.constant_value(value.to(call.graph.device())));
}

/// Exactly one of the attributes is there.
void constant(OpCall& call) {
  if (const auto* value = call.node.attribute("value")) {
    const auto* tensor = std::get_if<model::OnnxTensor>(value);
    const jm_dtype dtype = tensor == nullptr ? JM_UNDEFINED : tensor->dtype;
    return call.result(call.constant_value(call.tensor_attribute("value")), 0, dtype);
  }
  if (call.has_attribute("value_int"))
    return call.result(call.scalar_tensor(call.integer("value_int", 0), at::kLong));
  if (call.has_attribute("value_float"))
    return call.result(call.scalar_tensor(call.real("value_float", 0), at::kFloat));
  if (call.has_attribute("value_ints"))
    return give_constant(call, at::tensor(call.integers("value_ints", {}), at::kLong));
  if (call.has_attribute("value_floats"))
    return give_constant(call, at::tensor(call.reals("value_floats", {}), at::kFloat));
  if (call.has_attribute("sparse_value")) call.unsupported("sparse tensors are not covered");
  if (call.has_attribute("value_string") || call.has_attribute("value_strings"))
    call.unsupported("PyTorch has no tensors of strings");
  call.invalid("it has no value");
}

/// One element, 0 of float32 unless the attribute says another.
void constant_of_shape(OpCall& call) {
  at::Tensor value = at::scalar_tensor(0.0, at::kFloat);
  jm_dtype dtype = JM_FLOAT32;
  if (const auto* given = call.node.attribute("value")) {
    value = call.tensor_attribute("value");
    if (const auto* tensor = std::get_if<model::OnnxTensor>(given)) dtype = tensor->dtype;
  }
  if (value.numel() != 1) call.invalid("its value has not one element");
  JitValue* list = call.int_list(0);
  JitValue* filled =
      call.call("aten::full", {list, value.item(), value.scalar_type(), c10::IValue(),
                               c10::IValue(call.graph.device()), c10::IValue()});
  if (const auto rank = length_of(call, 0))
    call.graph.declare(filled, value.scalar_type(), static_cast<std::int64_t>(*rank));
  call.result(filled, 0, dtype);
}

/// Where `delta` leads away from `limit` the range is empty; PyTorch takes that for an error.
JitValue* reachable(OpCall& call, JitValue* start, JitValue* limit, JitValue* delta) {
  if (start->type()->kind() == c10::TypeKind::FloatType) {
    const auto known = call.graph.value_of(delta);
    if (!known) return limit;
    return call.call(known->toDouble() > 0 ? "prim::max.float" : "prim::min.float", {start, limit});
  }
  const auto step = known_int(call, delta);
  if (step && *step == 0) call.invalid("its delta is 0");
  if (step) return call.call(*step > 0 ? "prim::max.int" : "prim::min.int", {start, limit});
  JitValue* steps =
      call.call("aten::floordiv.int", {call.call("aten::sub.int", {start, limit}), delta});
  JitValue* count = call.call("prim::max.int", {call.call("aten::neg.int", {steps}), 0});
  return call.call("aten::add.int", {start, call.call("aten::mul.int", {count, delta})});
}

void range(OpCall& call) {
  JitValue* start = call.number(0);
  JitValue* delta = call.number(2);
  JitValue* limit = reachable(call, start, call.number(1), delta);
  const auto storage = storage_of(call.dtype(0));
  if (!storage) call.unsupported("its element type is not covered");
  JitValue* value =
      call.call("aten::arange.start_step", {start, limit, delta, storage->type, c10::IValue(),
                                            c10::IValue(call.graph.device()), c10::IValue()});
  call.result(call.graph.declare(value, storage->type, 1));
}

/// The type that attribute `dtype` names, or that of x.
at::ScalarType wanted_type(OpCall& call, JitValue* x) {
  if (!call.has_attribute("dtype")) return call.type_of(x);
  const auto storage = storage_of(static_cast<jm_dtype>(call.integer("dtype", 0)));
  if (!storage || storage->packed_bits != 0) call.unsupported("its element type is not covered");
  return storage->type;
}

void eye_like(OpCall& call) {
  JitValue* x = call.tensor(0);
  const at::ScalarType type = wanted_type(call, x);
  const std::int64_t shift = call.integer("k", 0);
  if (shift == 0) {
    JitValue* eye = call.call("aten::eye.m", {call.size(x, 0), call.size(x, 1), type, c10::IValue(),
                                              c10::IValue(call.graph.device()), c10::IValue()});
    return call.result(call.graph.declare(eye, type, 2));
  }
  JitValue* rows = counted(call, call.size(x, 0), 0, 2);
  JitValue* columns = counted(call, call.size(x, 1), 1, 2);
  rows = call.call("aten::add.Scalar", {rows, shift, 1});
  call.result(call.cast(call.call("aten::eq.Tensor", {rows, columns}), type));
}

/// Values are (off, on). What is not in [-depth, depth) is off everywhere.
void one_hot(OpCall& call) {
  JitValue* depth = call.number(1);
  if (depth->type()->kind() != c10::TypeKind::IntType)
    depth = call.call("aten::Int.float", {depth});
  JitValue* indices = call.cast(call.tensor(0), at::kLong);
  const std::int64_t rank = call.rank_of(indices) + 1;
  std::int64_t axis = call.integer("axis", -1);
  if (axis < -rank || axis >= rank) call.invalid("it has no axis " + std::to_string(axis));
  if (axis < 0) axis += rank;
  indices = call.call("aten::unsqueeze", {from_front(call, indices, depth), axis});
  JitValue* hot = call.call("aten::eq.Tensor", {indices, counted(call, depth, axis, rank)});
  JitValue* off = call.call("aten::select.int", {call.tensor(2), 0, 0});
  JitValue* on = call.call("aten::select.int", {call.tensor(2), 0, 1});
  call.result(call.call("aten::where.self", {hot, on, off}), 0, call.dtype(2));
}

void triangle(OpCall& call) {
  JitValue* diagonal = call.has(1) ? call.number(1) : call.constant_value(0);
  const char* op = call.integer("upper", 1) != 0 ? "aten::triu" : "aten::tril";
  JitValue* x = call.tensor(0);
  JitValue* value = call.call(op, {x, diagonal});
  give_moved(call, call.graph.declare(value, call.type_of(x), call.rank_of(x)));
}

constexpr Entry kEntries[] = {
    {"Constant", 1, constant}, {"ConstantOfShape", 9, constant_of_shape},
    {"Range", 11, range},      {"EyeLike", 9, eye_like},
    {"OneHot", 9, one_hot},    {"Trilu", 14, triangle, Types::kWidened},
};

}  // namespace

std::span<const Entry> generate() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
