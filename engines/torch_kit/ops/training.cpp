// SPDX-License-Identifier: Apache-2.0
// Optimizer steps of ai.onnx.preview.training: one step for any number of parameters.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

constexpr std::string_view kTraining = "ai.onnx.preview.training";

JitValue* scaled(OpCall& call, JitValue* x, double factor) {
  return factor == 1 ? x : call.call("aten::mul.Scalar", {x, factor});
}

JitValue* plus(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::add.Tensor", {a, b, 1});
}

JitValue* times(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::mul.Tensor", {a, b});
}

/// The inputs behind rate and step count: `kinds` groups of equally many tensors.
struct Parameters {
  Parameters(OpCall& call, std::size_t group_count) : groups(group_count) {
    if (call.input_count() < 2 || (call.input_count() - 2) % group_count != 0)
      call.invalid("it has not equally many inputs of each kind");
    count = (call.input_count() - 2) / group_count;
  }
  JitValue* input(OpCall& call, std::size_t group, std::size_t i) const {
    return call.tensor(2 + group * count + i);
  }
  void give(OpCall& call, std::size_t group, std::size_t i, JitValue* value) const {
    call.result(value, group * count + i);
  }
  std::size_t groups;
  std::size_t count = 0;
};

/// The gradient with that of the L2 penalty: norm_coefficient x + g.
JitValue* regularized(OpCall& call, JitValue* x, JitValue* gradient) {
  const double factor = call.real("norm_coefficient", 0);
  return factor == 0 ? gradient : call.call("aten::add.Tensor", {gradient, x, factor});
}

/// x - rate direction
JitValue* stepped(OpCall& call, JitValue* x, JitValue* rate, JitValue* direction) {
  return call.call("aten::sub.Tensor", {x, times(call, rate, direction), 1});
}

/// `first` in the first step (count 0), `later` in others.
JitValue* by_step(OpCall& call, JitValue* first, JitValue* later) {
  JitValue* fresh = call.call("aten::eq.Scalar", {call.tensor(1), 0});
  return call.call("aten::where.self", {fresh, first, later});
}

void adagrad(OpCall& call) {
  const Parameters parameters(call, 3);
  const double epsilon = call.real("epsilon", 1e-6F);
  const double decay = call.real("decay_factor", 0);
  JitValue* slower = call.call("aten::mul.Scalar", {call.tensor(1), decay});
  slower = call.call("aten::add.Scalar", {slower, 1, 1});
  JitValue* rate = call.call("aten::div.Tensor", {call.tensor(0), slower});
  for (std::size_t i = 0; i < parameters.count; ++i) {
    JitValue* x = parameters.input(call, 0, i);
    JitValue* gradient = regularized(call, x, parameters.input(call, 1, i));
    JitValue* squares = plus(call, parameters.input(call, 2, i), times(call, gradient, gradient));
    JitValue* root =
        call.call("aten::add.Scalar", {call.call("aten::sqrt", {squares}), epsilon, 1});
    JitValue* direction = call.call("aten::div.Tensor", {gradient, root});
    parameters.give(call, 0, i, stepped(call, x, rate, direction));
    parameters.give(call, 1, i, squares);
  }
}

/// 1 - base^count
JitValue* bias_correction(OpCall& call, double base) {
  JitValue* power = call.call("aten::pow.Scalar", {base, call.tensor(1)});
  return call.call("aten::rsub.Scalar", {power, 1, 1});
}

void adam(OpCall& call) {
  const Parameters parameters(call, 4);
  const double alpha = call.real("alpha", 0.9F);
  const double beta = call.real("beta", 0.999F);
  const double epsilon = call.real("epsilon", 1e-6F);
  const double shrink = call.real("norm_coefficient_post", 0);
  JitValue* rate = call.tensor(0);
  JitValue* corrected = call.call("aten::sqrt", {bias_correction(call, beta)});
  corrected = call.call("aten::div.Tensor", {corrected, bias_correction(call, alpha)});
  rate = by_step(call, rate, times(call, rate, corrected));
  for (std::size_t i = 0; i < parameters.count; ++i) {
    JitValue* x = parameters.input(call, 0, i);
    JitValue* gradient = regularized(call, x, parameters.input(call, 1, i));
    JitValue* mean =
        call.call("aten::add.Tensor",
                  {scaled(call, parameters.input(call, 2, i), alpha), gradient, 1 - alpha});
    JitValue* squares =
        call.call("aten::add.Tensor", {scaled(call, parameters.input(call, 3, i), beta),
                                       times(call, gradient, gradient), 1 - beta});
    JitValue* root =
        call.call("aten::add.Scalar", {call.call("aten::sqrt", {squares}), epsilon, 1});
    JitValue* next = stepped(call, x, rate, call.call("aten::div.Tensor", {mean, root}));
    parameters.give(call, 0, i, scaled(call, next, 1 - shrink));
    parameters.give(call, 1, i, mean);
    parameters.give(call, 2, i, squares);
  }
}

void momentum(OpCall& call) {
  const Parameters parameters(call, 3);
  const double alpha = call.real("alpha", 0);
  const bool nesterov = call.text("mode", "standard") == "nesterov";
  const at::ScalarType type = call.type(0);
  JitValue* beta =
      by_step(call, call.scalar_tensor(1.0, type), call.scalar_tensor(call.real("beta", 0), type));
  for (std::size_t i = 0; i < parameters.count; ++i) {
    JitValue* x = parameters.input(call, 0, i);
    JitValue* gradient = regularized(call, x, parameters.input(call, 1, i));
    JitValue* velocity =
        plus(call, scaled(call, parameters.input(call, 2, i), alpha), times(call, beta, gradient));
    JitValue* direction =
        nesterov ? call.call("aten::add.Tensor", {gradient, velocity, alpha}) : velocity;
    parameters.give(call, 0, i, stepped(call, x, call.tensor(0), direction));
    parameters.give(call, 1, i, velocity);
  }
}

constexpr Entry kEntries[] = {
    {"Adagrad", 1, adagrad, Types::kAsTheyAre, kTraining},
    {"Adam", 1, adam, Types::kAsTheyAre, kTraining},
    {"Momentum", 1, momentum, Types::kAsTheyAre, kTraining},
};

}  // namespace

std::span<const Entry> training() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
