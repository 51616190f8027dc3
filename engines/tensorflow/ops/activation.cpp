// SPDX-License-Identifier: Apache-2.0
// Activation functions, and normalised exponentials over an axis.
#include <cmath>
#include <limits>
#include <numbers>
#include <string_view>

#include "tensorflow/ops/direct.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/softmax.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// Arithmetic with one number in the type of the values.
struct Formula {
  OpCall& call;
  Value x = call.tensor(0);
  Type type = call.graph.type(x);

  Value number(double value) { return call.scalar(value, type); }
  Value add(Value a, Value b) { return call.op("AddV2", {a, b}); }
  Value mul(Value a, Value b) { return call.op("Mul", {a, b}); }
  Value at_least(Value a, double low) { return call.op("Maximum", {a, number(low)}); }
  Value at_most(Value a, double high) { return call.op("Minimum", {a, number(high)}); }
  Value where_positive(Value yes, Value no) {
    return call.op("SelectV2", {call.op("Greater", {x, number(0)}), yes, no});
  }
};

void leaky_relu(OpCall& call) {
  call.result(call.op("LeakyRelu", {call.tensor(0)}, {{"alpha", call.real("alpha", 0.01F)}}));
}

void elu(OpCall& call) {
  const double alpha = call.real("alpha", 1);
  if (alpha == 1) return call.result(call.op("Elu", {call.tensor(0)}));
  Formula f{call};
  const Value below = f.mul(f.number(alpha), call.op("Expm1", {f.x}));
  call.result(f.where_positive(f.x, below));
}

void selu(OpCall& call) {
  Formula f{call};
  const double alpha = call.real("alpha", 1.67326319217681884765625);
  const double gamma = call.real("gamma", 1.05070102214813232421875);
  const Value below = f.mul(f.number(alpha), call.op("Expm1", {f.x}));
  call.result(f.mul(f.number(gamma), f.where_positive(f.x, below)));
}

void celu(OpCall& call) {
  Formula f{call};
  const double alpha = call.real("alpha", 1);
  const Value scaled = call.op("Expm1", {call.op("RealDiv", {f.x, f.number(alpha)})});
  call.result(f.where_positive(f.x, f.mul(f.number(alpha), scaled)));
}

void prelu(OpCall& call) {
  Formula f{call};
  call.result(call.op(
      "SelectV2", {call.op("GreaterEqual", {f.x, f.number(0)}), f.x, f.mul(call.tensor(1), f.x)}));
}

void thresholded_relu(OpCall& call) {
  Formula f{call};
  const Value above = call.op("Greater", {f.x, f.number(call.real("alpha", 1))});
  call.result(call.op("SelectV2", {above, f.x, f.number(0)}));
}

void hard_sigmoid(OpCall& call) {
  Formula f{call};
  const Value line =
      f.add(f.mul(f.x, f.number(call.real("alpha", 0.2F))), f.number(call.real("beta", 0.5)));
  call.result(f.at_most(f.at_least(line, 0), 1));
}

void hard_swish(OpCall& call) {
  Formula f{call};
  const Value line = f.add(f.mul(f.x, f.number(1.0 / 6)), f.number(0.5));
  call.result(f.mul(f.x, f.at_most(f.at_least(line, 0), 1)));
}

Value swished(OpCall& call) {
  Formula f{call};
  const double alpha = call.real("alpha", 1);
  const Value scaled = alpha == 1 ? f.x : f.mul(f.x, f.number(alpha));
  return f.mul(f.x, call.op("Sigmoid", {scaled}));
}

void swish(OpCall& call) {
  call.result(swished(call));
}

void swiglu(OpCall& call) {
  call.result(call.op("Mul", {swished(call), call.tensor(1)}));
}

void mish(OpCall& call) {
  Formula f{call};
  call.result(f.mul(f.x, call.op("Tanh", {call.op("Softplus", {f.x})})));
}

void shrink(OpCall& call) {
  Formula f{call};
  const double lambda = call.real("lambd", 0.5);
  const Value bias = f.number(call.real("bias", 0));
  const Value below = call.op("Less", {f.x, f.number(-lambda)});
  const Value above = call.op("Greater", {f.x, f.number(lambda)});
  const Value low = call.op("SelectV2", {below, f.add(f.x, bias), f.number(0)});
  call.result(call.op("SelectV2", {above, call.op("Sub", {f.x, bias}), low}));
}

/// Behind a product with a bias, in the form that TensorFlow fuses with them.
bool fused_gelu(OpCall& call) {
  const Operand& of = call.operand(0);
  if (!of.rows || call.text("approximate", "none") != "none") return false;
  const Rows from = *of.rows;
  const auto op = [&](const char* name, Value a, double b) {
    return call.op(name, {a, call.scalar(b, call.graph.type(from.value))});
  };
  const Value error = call.op("Erf", {op("Mul", from.value, 1 / std::numbers::sqrt2)});
  const Value rows = call.op("Mul", {op("Mul", op("AddV2", error, 1), 0.5), from.value});
  call.result_rows({rows, from.sizes});
  return true;
}

void gelu(OpCall& call) {
  if (fused_gelu(call)) return;
  Formula f{call};
  Value inner;
  if (call.text("approximate", "none") == "tanh") {
    const Value cube = f.mul(f.x, f.mul(f.x, f.x));
    const Value sum = f.add(f.x, f.mul(f.number(0.044715), cube));
    inner = call.op("Tanh", {f.mul(f.number(std::sqrt(2 / std::numbers::pi)), sum)});
  } else {
    inner = call.op("Erf", {f.mul(f.x, f.number(1 / std::numbers::sqrt2))});
  }
  call.result(f.mul(f.mul(f.number(0.5), f.x), f.add(inner, f.number(1))));
}

/// The bounds are attributes before opset 11; a missing one does not bind.
void clip(OpCall& call) {
  Formula f{call};
  const auto bound = [&](std::size_t i, const char* name) -> std::optional<Value> {
    if (call.opset() >= 11) return call.has(i) ? std::optional(call.tensor(i)) : std::nullopt;
    if (!call.has_attribute(name)) return std::nullopt;
    return f.number(call.real(name, 0));
  };
  const auto number = [&](std::size_t i, const char* name) {
    return call.opset() >= 11 ? known_number(call, i)
                              : std::optional(call.real(name, std::nan("")));
  };
  // The form that is fused with a convolution.
  if (f.type == kFloat && number(1, "min") == 0 && number(2, "max") == 6)
    return call.result(call.op("Relu6", {f.x}));
  Value y = f.x;
  if (const auto low = bound(1, "min")) y = call.op("Maximum", {y, *low});
  if (const auto high = bound(2, "max")) y = call.op("Minimum", {y, *high});
  call.result(y);
}

/// Over the last axis.
Value over_rows(OpCall& call, std::string_view op, Value x) {
  if (op == "Softmax") return softmax_of_rows(call, x);
  const Type type = call.graph.type(x);
  // Sums of half-precision numbers are not computed in half precision.
  if (type == kHalf || type == kBfloat16)
    return call.cast(call.op(op.data(), {call.cast(x, kFloat)}), type);
  return call.op(op.data(), {x});
}

/// Over one axis; TensorFlow has it over the last.
Value over_axis(OpCall& call, const char* op, Value x, std::int64_t axis) {
  const std::int64_t rank = call.rank_of(x);
  if (axis == rank - 1) return over_rows(call, op, x);
  Ints order = iota(rank);
  std::swap(order[static_cast<std::size_t>(axis)], order.back());
  return call.transpose(over_rows(call, op, call.transpose(x, order)), order);
}

/// Before opset 13 over all axes from `axis` on, as one.
template <Name op>
void softmax(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", call.opset() < 13 ? 1 : -1));
  const std::int64_t rank = call.rank_of(x);
  if (rank == 0)
    return call.result(call.reshape(over_rows(call, op.text, call.reshape(x, Ints{1})), Ints{}));
  if (call.opset() >= 13 || axis == rank - 1) return call.result(over_axis(call, op.text, x, axis));
  const Value flat = flattened(call, x, axis);
  call.result(call.reshape(over_rows(call, op.text, flat), call.shape(x)));
}

/// 1 at the first greatest element.
void hardmax(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", call.opset() < 13 ? 1 : -1));
  const bool flat = call.opset() < 13;
  const Value rows = flat ? flattened(call, x, axis) : x;
  const std::int64_t over = flat ? 1 : axis;
  const Type type = call.graph.type(x);
  const Value best =
      call.op("ArgMax", {rows, call.int_scalar(over, kInt32)}, {{"output_type", kInt64}});
  const Value depth = call.cast(size_of_axis(call, rows, over), kInt32);
  const Value hot = call.op("OneHot", {best, depth, call.scalar(1, type), call.scalar(0, type)},
                            {{"axis", over == call.rank_of(rows) - 1 ? std::int64_t{-1} : over}});
  call.result(flat ? call.reshape(hot, call.shape(x)) : hot);
}

constexpr Entry kEntries[] = {
    {"Relu", 1, unary<"Relu">},
    {"Sigmoid", 1, unary<"Sigmoid">},
    {"Tanh", 1, unary<"Tanh">},
    {"Softplus", 1, unary<"Softplus">},
    {"Softsign", 1, unary<"Softsign">},
    {"LeakyRelu", 1, leaky_relu},
    {"Elu", 1, elu},
    {"Selu", 1, selu},
    {"Celu", 12, celu},
    {"PRelu", 1, prelu},
    {"ThresholdedRelu", 10, thresholded_relu},
    {"HardSigmoid", 1, hard_sigmoid},
    {"HardSwish", 14, hard_swish},
    {"Swish", 24, swish},
    {"SwiGLU", 1, swiglu},
    {"Mish", 18, mish},
    {"Shrink", 9, shrink, Types::kWidened},
    {"Gelu", 20, gelu},
    {"Clip", 1, clip, Types::kWidened},
    {"Softmax", 1, softmax<"Softmax">},
    {"LogSoftmax", 1, softmax<"LogSoftmax">},
    {"Hardmax", 1, hardmax},
};

}  // namespace

std::span<const Entry> activation() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
