// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/activate.h"

namespace joulemark::torch_kit::ops {
namespace {

struct Row {
  const char* name;
  int parameters;
  double alpha, beta;
  JitValue* (*write)(OpCall& call, JitValue* x, double alpha, double beta);
};

template <const char* op>
JitValue* direct(OpCall& call, JitValue* x, double /*alpha*/, double /*beta*/) {
  return call.call(op, {x});
}

JitValue* affine(OpCall& call, JitValue* x, double alpha, double beta) {
  return call.call("aten::add.Scalar", {call.call("aten::mul.Scalar", {x, alpha}), beta, 1});
}

JitValue* hard_sigmoid(OpCall& call, JitValue* x, double alpha, double beta) {
  return call.call("aten::clamp", {affine(call, x, alpha, beta), 0.0, 1.0});
}

JitValue* leaky_relu(OpCall& call, JitValue* x, double alpha, double /*beta*/) {
  return call.call("aten::leaky_relu", {x, alpha});
}

JitValue* thresholded_relu(OpCall& call, JitValue* x, double alpha, double /*beta*/) {
  return call.call("aten::threshold", {x, alpha, 0.0});
}

JitValue* scaled_tanh(OpCall& call, JitValue* x, double alpha, double beta) {
  JitValue* scaled = call.call("aten::mul.Scalar", {x, beta});
  return call.call("aten::mul.Scalar", {call.call("aten::tanh", {scaled}), alpha});
}

JitValue* elu(OpCall& call, JitValue* x, double alpha, double /*beta*/) {
  return call.call("aten::elu", {x, alpha, 1, 1});
}

JitValue* softsign(OpCall& call, JitValue* x, double /*alpha*/, double /*beta*/) {
  JitValue* size = call.call("aten::abs", {x});
  return call.call("aten::div.Tensor", {x, call.call("aten::add.Scalar", {size, 1, 1})});
}

JitValue* softplus(OpCall& call, JitValue* x, double /*alpha*/, double /*beta*/) {
  return call.call("aten::softplus", {x, 1, 20});
}

JitValue* clip(OpCall& call, JitValue* x, double alpha, double beta) {
  return call.call("aten::clamp", {x, alpha, beta});
}

constexpr char kRelu[] = "aten::relu";
constexpr char kTanh[] = "aten::tanh";
constexpr char kSigmoid[] = "aten::sigmoid";
constexpr char kHardSwish[] = "aten::hardswish";

constexpr Row kRows[] = {
    {"Relu", 0, 0, 0, direct<kRelu>},
    {"Tanh", 0, 0, 0, direct<kTanh>},
    {"Sigmoid", 0, 0, 0, direct<kSigmoid>},
    {"HardSwish", 0, 0, 0, direct<kHardSwish>},
    {"Softsign", 0, 0, 0, softsign},
    {"Softplus", 0, 0, 0, softplus},
    {"LeakyRelu", 1, 0.01F, 0, leaky_relu},
    {"ThresholdedRelu", 1, 1, 0, thresholded_relu},
    {"Elu", 1, 1, 0, elu},
    {"Affine", 2, 1, 0, affine},
    {"ScaledTanh", 2, 1, 1, scaled_tanh},
    {"HardSigmoid", 2, 0.2F, 0.5, hard_sigmoid},
    {"Clip", 2, -3.4028234663852886e38, 3.4028234663852886e38, clip},
};

const Row* row_of(const std::string& name) {
  for (const Row& row : kRows)
    if (name == row.name) return &row;
  return nullptr;
}

}  // namespace

int parameters_of(const std::string& activation) {
  const Row* row = row_of(activation);
  return row == nullptr ? 0 : row->parameters;
}

JitValue* activate(OpCall& call, JitValue* value, const Activation& activation) {
  if (activation.name.empty()) return value;
  const Row* row = row_of(activation.name);
  if (row == nullptr) call.unsupported("the activation '" + activation.name + "'");
  return row->write(call, value, activation.alpha.value_or(row->alpha),
                    activation.beta.value_or(row->beta));
}

JitValue* swish(OpCall& call, JitValue* x, double alpha) {
  if (alpha == 1) return call.call("aten::silu", {x});
  JitValue* gate = call.call("aten::sigmoid", {call.call("aten::mul.Scalar", {x, alpha})});
  return call.call("aten::mul.Tensor", {x, gate});
}

}  // namespace joulemark::torch_kit::ops
