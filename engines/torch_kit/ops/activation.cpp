// SPDX-License-Identifier: Apache-2.0
// Activation functions: PyTorch's own kernels where they compute what ONNX defines.
#include <cmath>

#include "torch_kit/ops/activate.h"
#include "torch_kit/ops/direct.h"
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

void leaky_relu(OpCall& call) {
  call.result(call.call("aten::leaky_relu", {call.tensor(0), call.real("alpha", 0.01)}));
}

/// The slope is broadcast to x. PyTorch's kernel is for floating types.
void prelu(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* slope = call.tensor(1);
  if (at::isFloatingType(call.type_of(x))) {
    call.result(call.call("aten::_prelu_kernel", {x, slope}));
    return;
  }
  JitValue* negative = call.call("aten::lt.Scalar", {x, 0});
  JitValue* scaled = call.call("aten::mul.Tensor", {x, slope});
  call.result(call.call("aten::where.self", {negative, scaled, x}));
}

void elu(OpCall& call) {
  call.result(call.call("aten::elu", {call.tensor(0), call.real("alpha", 1)}));
}

void selu(OpCall& call) {
  const double alpha = call.real("alpha", 1.67326319217681884765625);
  const double gamma = call.real("gamma", 1.05070102214813232421875);
  call.result(call.call("aten::elu", {call.tensor(0), alpha, gamma}));
}

void celu(OpCall& call) {
  call.result(call.call("aten::celu", {call.tensor(0), call.real("alpha", 1)}));
}

/// PyTorch's own has the slope 1/6.
void hard_sigmoid(OpCall& call) {
  const double alpha = call.real("alpha", 0.2);
  const double beta = call.real("beta", 0.5);
  JitValue* x = call.tensor(0);
  if (beta == 0.5 && std::abs(alpha - 1.0 / 6) < 1e-7) {
    call.result(call.call("aten::hardsigmoid", {x}));
    return;
  }
  JitValue* line = call.call("aten::add.Scalar", {call.call("aten::mul.Scalar", {x, alpha}), beta});
  call.result(call.call("aten::clamp", {line, 0.0, 1.0}));
}

/// Above the threshold the result is x: exact there in double too.
void softplus(OpCall& call) {
  call.result(call.call("aten::softplus", {call.tensor(0), 1, 40}));
}

void softsign(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* below = call.call("aten::add.Scalar", {call.call("aten::abs", {x}), 1});
  call.result(call.call("aten::div.Tensor", {x, below}));
}

void gelu(OpCall& call) {
  call.result(call.call("aten::gelu", {call.tensor(0), call.text("approximate", "none")}));
}

JitValue* swished(OpCall& call) {
  return swish(call, call.tensor(0), call.real("alpha", 1));
}

void swish_entry(OpCall& call) {
  call.result(swished(call));
}

void swiglu(OpCall& call) {
  call.result(call.call("aten::mul.Tensor", {swished(call), call.tensor(1)}));
}

void thresholded_relu(OpCall& call) {
  call.result(call.call("aten::threshold", {call.tensor(0), call.real("alpha", 1), 0}));
}

/// Before opset 13 the axes from `axis` on are taken as one.
template <AtenName op>
void softmax(OpCall& call) {
  JitValue* x = call.tensor(0);
  const bool flattens = call.opset() < 13;
  std::int64_t axis = call.integer("axis", flattens ? 1 : -1);
  const auto over_axis = [&] { call.result(call.call(op.text, {x, axis, c10::IValue()})); };
  const bool open = !call.graph.example(x) && call.graph.scalar_type(x);
  if (open && (!flattens || axis == -1)) return over_axis();
  axis = call.axis_of(x, axis);
  if (!flattens || axis + 1 >= call.rank_of(x)) return over_axis();
  JitValue* rows = call.call("aten::flatten.using_ints", {x, axis, -1});
  JitValue* shares = call.call(op.text, {rows, -1, c10::IValue()});
  call.result(call.call("aten::reshape_as", {shares, x}));
}

JitValue* one_where_largest(OpCall& call, JitValue* x, std::int64_t axis) {
  JitValue* at = call.call("aten::argmax", {x, axis, true});
  return call.call("aten::scatter.value", {call.call("aten::mul.Scalar", {x, 0}), axis, at, 1});
}

void hardmax(OpCall& call) {
  JitValue* x = call.tensor(0);
  const bool flattens = call.opset() < 13;
  const std::int64_t axis = call.axis_of(x, call.integer("axis", flattens ? 1 : -1));
  if (!flattens || axis + 1 >= call.rank_of(x))
    return call.result(one_where_largest(call, x, axis));
  JitValue* rows = call.call("aten::flatten.using_ints", {x, axis, -1});
  call.result(call.call("aten::reshape_as", {one_where_largest(call, rows, axis), x}));
}

constexpr Entry kEntries[] = {
    {"Relu", 6, direct<"aten::relu">},
    {"LeakyRelu", 6, leaky_relu},
    {"PRelu", 7, prelu, Types::kWidened},
    {"Elu", 6, elu},
    {"Selu", 6, selu},
    {"Celu", 12, celu},
    {"Sigmoid", 6, direct<"aten::sigmoid">},
    {"HardSigmoid", 6, hard_sigmoid},
    {"HardSwish", 14, direct<"aten::hardswish">},
    {"Softplus", 1, softplus},
    {"Softsign", 1, softsign},
    {"Gelu", 20, gelu},
    {"Mish", 18, direct<"aten::mish">},
    {"Swish", 24, swish_entry},
    {"SwiGLU", 1, swiglu},
    {"ThresholdedRelu", 10, thresholded_relu},
    {"Softmax", 1, softmax<"aten::softmax.int">},
    {"LogSoftmax", 1, softmax<"aten::log_softmax.int">},
    {"Hardmax", 1, hardmax},
};

}  // namespace

std::span<const Entry> activation() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
