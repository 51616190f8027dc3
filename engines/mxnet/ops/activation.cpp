// SPDX-License-Identifier: Apache-2.0
// Activation functions, and normalised exponentials over an axis.
#include <cmath>
#include <numbers>

#include "mxnet/dtypes.h"
#include "mxnet/ops/direct.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

template <Name function>
void activate(OpCall& call) {
  const Formula f{call};
  if (!is_floating(f.x->type)) call.unsupported("an activation of integers");
  call.result(f.activation(f.x, function.text));
}

void leaky_relu(OpCall& call) {
  const Attrs attrs{{"act_type", "leaky"}, {"slope", call.real("alpha", 0.01F)}};
  call.result(call.op("LeakyReLU", {call.tensor(0)}, attrs));
}

/// alpha · (exp(x / divisor) − 1) where x is negative.
Value exponential_below(const Formula& f, double alpha, double divisor) {
  const Value below = f.call.op("_npi_expm1", {f.mul(f.x, 1 / divisor)});
  return f.where_positive(f.x, f.mul(below, alpha));
}

void elu(OpCall& call) {
  call.result(exponential_below(Formula{call}, call.real("alpha", 1), 1));
}

void selu(OpCall& call) {
  const Formula f{call};
  const double alpha = call.real("alpha", 1.67326319217681884765625);
  const double gamma = call.real("gamma", 1.05070102214813232421875);
  call.result(f.mul(exponential_below(f, alpha, 1), gamma));
}

void celu(OpCall& call) {
  const double alpha = call.real("alpha", 1);
  call.result(exponential_below(Formula{call}, alpha, alpha));
}

void prelu(OpCall& call) {
  const Formula f{call};
  call.result(f.where_positive(f.x, f.mul(f.x, call.tensor(1))));
}

void thresholded_relu(OpCall& call) {
  const Formula f{call};
  const Value above = f.with("_npi_greater_scalar", f.x, call.real("alpha", 1));
  call.result(call.op("_npi_where", {above, f.x, f.mul(f.x, 0)}));
}

void hard_sigmoid(OpCall& call) {
  const Formula f{call};
  const Value line = f.add(f.mul(f.x, call.real("alpha", 0.2F)), call.real("beta", 0.5));
  call.result(f.at_most(f.at_least(line, 0), 1));
}

void hard_swish(OpCall& call) {
  const Formula f{call};
  const Value line = f.add(f.mul(f.x, 1.0 / 6), 0.5);
  call.result(f.mul(f.x, f.at_most(f.at_least(line, 0), 1)));
}

void swish(OpCall& call) {
  const Formula f{call};
  const double alpha = call.real("alpha", 1);
  call.result(f.mul(f.x, f.activation(alpha == 1 ? f.x : f.mul(f.x, alpha), "sigmoid")));
}

/// max(x, 0) + log(1 + exp(−|x|)): MXNet's own loses the digits of small results.
Value softplus_of(const Formula& f) {
  const Value falling = f.call.op("_npi_negative", {f.call.op("_npi_absolute", {f.x})});
  const Value rest = f.call.op("_npi_log1p", {f.call.op("_npi_exp", {falling})});
  return f.call.op("_npi_add", {f.at_least(f.x, 0), rest});
}

void softplus(OpCall& call) {
  call.result(softplus_of(Formula{call}));
}

void mish(OpCall& call) {
  const Formula f{call};
  call.result(f.mul(f.x, f.activation(softplus_of(f), "tanh")));
}

void gelu(OpCall& call) {
  const Formula f{call};
  if (call.text("approximate", "none") != "tanh")
    return call.result(call.op("LeakyReLU", {f.x}, {{"act_type", "gelu"}}));
  const Value cube = f.mul(f.x, f.mul(f.x, f.x));
  const Value sum = call.op("_npi_add", {f.x, f.mul(cube, 0.044715)});
  const Value inner = f.activation(f.mul(sum, std::sqrt(2 / std::numbers::pi)), "tanh");
  call.result(f.mul(f.mul(f.x, 0.5), f.add(inner, 1)));
}

/// One bound of a Clip: an attribute before opset 11.
std::optional<Value> bound(OpCall& call, std::size_t i, const char* name) {
  if (call.opset() >= 11) return call.has(i) ? std::optional(call.tensor(i)) : std::nullopt;
  if (!call.has_attribute(name)) return std::nullopt;
  return call.scalar(call.real(name, 0), call.type(0));
}

void clip(OpCall& call) {
  const Value x = call.tensor(0);
  const auto low = bound(call, 1, "min");
  const auto high = bound(call, 2, "max");
  const auto least = low ? known_number(call, *low) : std::nullopt;
  const auto most = high ? known_number(call, *high) : std::nullopt;
  // The form that is fused with a convolution.
  if (x->type == kFloat && least && most && *least <= *most)
    return call.result(call.op("clip", {x}, {{"a_min", *least}, {"a_max", *most}}));
  Value y = x;
  if (low) y = call.op("_npi_maximum", {y, *low});
  if (high) y = call.op("_npi_minimum", {y, *high});
  call.result(y);
}

/// Before opset 13 over all axes from `axis` on, as one.
template <Name op>
void softmax(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", call.opset() < 13 ? 1 : -1));
  const auto rank = static_cast<std::int64_t>(x->dims.size());
  if (call.opset() >= 13 || axis == rank - 1)
    return call.result(call.op(op.text, {x}, {{"axis", axis}}));
  const Value flat = flattened(call, x, axis);
  call.result(call.reshape(call.op(op.text, {flat}, {{"axis", 1}}), x->dims));
}

constexpr Entry kEntries[] = {
    {"Relu", 1, activate<"relu">},
    {"Sigmoid", 1, activate<"sigmoid">},
    {"Tanh", 1, activate<"tanh">},
    {"Softplus", 1, softplus},
    {"Softsign", 1, activate<"softsign">},
    {"LeakyRelu", 1, leaky_relu},
    {"Elu", 1, elu},
    {"Selu", 1, selu},
    {"Celu", 12, celu},
    {"PRelu", 7, prelu},
    {"ThresholdedRelu", 10, thresholded_relu},
    {"HardSigmoid", 1, hard_sigmoid},
    {"HardSwish", 14, hard_swish},
    {"Swish", 24, swish},
    {"Mish", 18, mish},
    {"Gelu", 20, gelu},
    {"Clip", 1, clip},
    {"Softmax", 1, softmax<"softmax">},
    {"LogSoftmax", 1, softmax<"log_softmax">},
};

}  // namespace

std::span<const Entry> activation() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
