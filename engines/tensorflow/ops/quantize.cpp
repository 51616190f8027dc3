// SPDX-License-Identifier: Apache-2.0
// From real numbers to quantised ones and back, and products of quantised ones. Products are
// computed exactly in floating point, which has fast kernels: in double, or in float32 where few
// terms are added.
#include <algorithm>

#include "tensorflow/dtypes.h"
#include "tensorflow/lowering/table.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// Sums of so many products of 9-bit integers are exact in float32.
constexpr std::int64_t kExactTerms = (1 << 24) / (255 * 255);

struct Range {
  double low, high;
};

Range range_of(const OpCall& call, Type type) {
  switch (type) {
    case kUint8:
      return {0, 255};
    case kInt8:
      return {-128, 127};
    case kUint16:
      return {0, 65535};
    case kInt16:
      return {-32768, 32767};
    default:
      call.unsupported("quantised numbers that are not integers of 8 or 16 bits");
  }
}

Value add(OpCall& call, Value a, Value b) {
  return call.op("AddV2", {a, b});
}

/// Half to even, then moved by the zero point where there is one, as an integer of type `to`.
Value to_grid(OpCall& call, Value steps, const std::optional<Value>& zero, Type to) {
  const Range range = range_of(call, to);
  const Type type = call.graph.type(steps);
  Value whole = call.op("Round", {steps});
  if (zero) whole = add(call, whole, call.cast(*zero, type));
  const Value inside = call.op(
      "Minimum",
      {call.op("Maximum", {whole, call.scalar(range.low, type)}), call.scalar(range.high, type)});
  return call.cast(inside, to);
}

/// A scale for every element of a block: each is repeated, and the last block may be shorter.
Value repeated(OpCall& call, Value of, Value x, std::int64_t block) {
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 1));
  const Value places =
      call.op("Range", {call.int_scalar(0), size_of_axis(call, x, axis), call.int_scalar(1)});
  const Value blocks = call.op("FloorDiv", {places, call.int_scalar(block)});
  return call.op("GatherV2", {of, blocks, call.int_scalar(axis, kInt32)});
}

/// Scales or zero points, input `i`, in a shape that broadcasts to x.
Value spread(OpCall& call, std::size_t i, Value x) {
  const Value of = call.tensor(i);
  const Ints dims = call.dims_of(of);
  if (dims.empty()) return of;
  const std::int64_t block = call.integer("block_size", 0);
  if (block < 0) call.invalid("block_size must not be negative");
  if (block > 0) return repeated(call, of, x, block);
  if (dims.size() != 1) call.invalid("its scales have rank " + std::to_string(dims.size()));
  const std::int64_t rank = call.rank_of(x);
  // With one scale in all, the axis need not exist.
  if (dims[0] == 1 || rank <= 1) return rank == 0 ? call.reshape(of, Ints{}) : of;
  Ints sizes(static_cast<std::size_t>(rank - call.axis_of(x, call.integer("axis", 1))), 1);
  sizes.front() = -1;
  return call.reshape(of, sizes);
}

Type named_type(OpCall& call, const char* attribute, Type otherwise) {
  const std::int64_t asked = call.integer(attribute, JM_UNDEFINED);
  if (asked == JM_UNDEFINED) return otherwise;
  const auto type = type_of(static_cast<jm_dtype>(asked));
  if (!type) call.unsupported(std::string(attribute) + ": a type that TensorFlow lacks");
  return *type;
}

void quantize_linear(OpCall& call) {
  const Value x = call.tensor(0);
  const Type to = call.has(2) ? call.type(2) : named_type(call, "output_dtype", kUint8);
  const Value scale = spread(call, 1, x);
  const Type scale_type = is_floating(call.graph.type(scale)) ? call.graph.type(scale) : kFloat;
  const Type type = named_type(call, "precision", scale_type);
  const Value steps = call.op("RealDiv", {call.cast(x, type), call.cast(scale, type)});
  std::optional<Value> zero;
  if (call.has(2)) zero = spread(call, 2, x);
  // float32 holds all integers of 16 bits, half types do not.
  call.result(to_grid(call, call.cast(steps, type == kDouble ? kDouble : kFloat), zero, to));
}

void dequantize_linear(OpCall& call) {
  const Value x = call.tensor(0);
  const Type to = named_type(call, "output_dtype", call.type(1));
  Value steps = call.cast(x, kFloat);
  if (call.has(2)) steps = call.op("Sub", {steps, call.cast(spread(call, 2, x), kFloat)});
  const Value y = call.op("Mul", {steps, call.cast(spread(call, 1, x), kFloat)});
  call.result(call.cast(y, to));
}

/// The grid of uint8 that holds 0 and all of x.
void dynamic_quantize_linear(OpCall& call) {
  const Value x = call.tensor(0);
  const Value zero = call.scalar(0, kFloat);
  const Value axes = call.ints(iota(call.rank_of(x)), kInt32);
  const Value low = call.op("Minimum", {call.op("Min", {x, axes}), zero});
  const Value high = call.op("Maximum", {call.op("Max", {x, axes}), zero});
  Value span = call.op("Sub", {high, low});
  span = call.op("SelectV2", {call.op("Equal", {span, zero}), call.scalar(1, kFloat), span});
  const Value scale = call.op("RealDiv", {span, call.scalar(255, kFloat)});
  const Value point =
      to_grid(call, call.op("Neg", {call.op("RealDiv", {low, scale})}), std::nullopt, kUint8);
  call.result(to_grid(call, call.op("RealDiv", {x, scale}), point, kUint8));
  call.result(scale, 1);
  call.result(point, 2);
}

/// The type to compute in where `terms` products are added (-1: not known).
Type exact_type(std::int64_t terms) {
  return terms >= 0 && terms <= kExactTerms ? kFloat : kDouble;
}

/// One number a row of a product's left side stands in a column.
Value by_row(OpCall& call, Value of) {
  const Ints dims = call.dims_of(of);
  return dims.size() == 1 && dims[0] != 1 ? call.reshape(of, Ints{-1, 1}) : of;
}

/// One number an output channel, with so many axes behind it.
Value by_channel(OpCall& call, Value of, std::size_t axes) {
  const Ints dims = call.dims_of(of);
  if (dims.empty() || (dims.size() == 1 && dims[0] == 1)) return call.reshape(of, Ints{});
  Ints sizes(axes + 1, 1);
  sizes.front() = -1;
  return call.reshape(of, sizes);
}

/// Which inputs a factor is made of.
struct Factor {
  std::size_t value, zero;
};

/// The factor without its zero point, which `place` puts into shape.
template <class Place>
Value centred(OpCall& call, Factor factor, Type type, Place place) {
  const Value wide = call.cast(call.tensor(factor.value), type);
  if (!call.has(factor.zero)) return wide;
  return call.op("Sub", {wide, place(call.cast(call.tensor(factor.zero), type))});
}

/// An ONNX operator of this table on other values, with the node's attributes.
Value computed(OpCall& call, const char* op, const std::vector<Value>& values) {
  model::OnnxNode node = call.node;
  node.op_type = op;
  node.inputs.clear();
  Scope scope;
  for (const Value value : values) {
    node.inputs.push_back("in" + std::to_string(node.inputs.size()));
    scope[node.inputs.back()] = Operand{value};
  }
  node.outputs = {"out"};
  OpCall inner(call.graph, node, scope);
  table().find(kOnnx, op, node.opset)->lower(inner);
  return scope["out"].value;
}

Value product(OpCall& call, Factor left, Factor right) {
  const Type type = exact_type(call.dims_of(call.tensor(left.value)).back());
  const Value a = centred(call, left, type, [&](Value zero) { return by_row(call, zero); });
  const Value b = centred(call, right, type, [](Value zero) { return zero; });
  return computed(call, "MatMul", {a, b});
}

Value convolved(OpCall& call, Factor input, Factor weights) {
  const Ints dims = call.dims_of(call.tensor(weights.value));
  if (dims.size() < 3) call.invalid("its weights must have rank 3 or more");
  std::int64_t terms = 1;
  for (std::size_t i = 1; i < dims.size(); ++i) terms *= std::max<std::int64_t>(dims[i], 0);
  const Type type = exact_type(terms == 0 ? -1 : terms);
  const Value x = centred(call, input, type, [](Value zero) { return zero; });
  const Value w = centred(call, weights, type,
                          [&](Value zero) { return by_channel(call, zero, dims.size() - 1); });
  return computed(call, "Conv", {x, w});
}

/// From exact integers to the grid of the result. `scale`: how many steps of it one is.
void give_quantized(OpCall& call, Value exact, Value scale) {
  const Value steps = call.op("Mul", {call.cast(exact, kDouble), call.cast(scale, kDouble)});
  call.result(to_grid(call, steps, call.tensor(7), call.type(7)));
}

void matmul_integer(OpCall& call) {
  call.result(call.cast(product(call, {0, 2}, {1, 3}), kInt32));
}

void conv_integer(OpCall& call) {
  call.result(call.cast(convolved(call, {0, 2}, {1, 3}), kInt32));
}

void qlinear_matmul(OpCall& call) {
  const Value both = call.op("Mul", {by_row(call, call.tensor(1)), call.tensor(4)});
  const Value scale = call.op("RealDiv", {both, by_row(call, call.tensor(6))});
  give_quantized(call, product(call, {0, 2}, {3, 5}), scale);
}

void qlinear_conv(OpCall& call) {
  const auto axes = static_cast<std::size_t>(call.rank(3) - 2);
  Value exact = call.cast(convolved(call, {0, 2}, {3, 5}), kDouble);
  if (call.has(8))
    exact = add(call, exact, by_channel(call, call.cast(call.tensor(8), kDouble), axes));
  const Value both = call.op("Mul", {call.tensor(1), by_channel(call, call.tensor(4), axes)});
  give_quantized(call, exact, call.op("RealDiv", {both, call.tensor(6)}));
}

constexpr Entry kEntries[] = {
    {"QuantizeLinear", 10, quantize_linear},
    {"DequantizeLinear", 10, dequantize_linear},
    {"DynamicQuantizeLinear", 11, dynamic_quantize_linear},
    {"MatMulInteger", 10, matmul_integer},
    {"ConvInteger", 10, conv_integer},
    {"QLinearMatMul", 10, qlinear_matmul},
    {"QLinearConv", 10, qlinear_conv},
};

}  // namespace

std::span<const Entry> quantize() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
