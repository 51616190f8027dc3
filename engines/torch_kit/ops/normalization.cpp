// SPDX-License-Identifier: Apache-2.0
// Normalisation over channels, groups and trailing axes.
#include <algorithm>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/normalized.h"
#include "torch_kit/ops/values.h"
#include "torch_kit/ops/window.h"

namespace joulemark::torch_kit::ops {
namespace {

struct Statistics {
  JitValue* mean;
  JitValue* variance;
};

/// Parameters of a channel in the type of the input, or in float where PyTorch mixes them.
JitValue* parameter(OpCall& call, std::size_t i) {
  const at::ScalarType type = call.type(0);
  const bool half = type == at::kHalf || type == at::kBFloat16;
  for (const std::size_t other : {1U, 2U, 3U, 4U})
    if (half && call.type(other) != type) return call.cast(call.tensor(i), at::kFloat);
  return call.cast(call.tensor(i), type);
}

JitValue* normalized_channels(OpCall& call, const Statistics& statistics) {
  JitValue* x = call.tensor(0);
  const bool flat = call.rank(0) == 1;
  if (flat) x = call.call("aten::unsqueeze", {x, 1});
  JitValue* y = call.call("aten::batch_norm",
                          {x, parameter(call, 1), parameter(call, 2), statistics.mean,
                           statistics.variance, false, 0.0, call.real("epsilon", 1e-5), true});
  return flat ? call.call("aten::squeeze.dim", {y, 1}) : y;
}

void batch_normalization(OpCall& call) {
  if (call.opset() < 9 && call.integer("spatial", 1) == 0)
    call.unsupported("BatchNormalization with statistics of every element (spatial = 0)");
  if (call.wants(1) || (call.opset() < 7 && call.integer("is_test", 0) == 0))
    call.unsupported("the training form of BatchNormalization before opset 14");
  call.result(normalized_channels(call, {parameter(call, 3), parameter(call, 4)}));
}

/// Since opset 14 training is an attribute, and the running statistics are two more outputs.
void batch_normalization_14(OpCall& call) {
  if (call.integer("training_mode", 0) == 0)
    return call.result(normalized_channels(call, {parameter(call, 3), parameter(call, 4)}));
  Ints axes{0};
  for (std::int64_t axis = 2; axis < call.rank(0); ++axis) axes.push_back(axis);
  JitValue* x = call.cast(call.tensor(0), call.type(3));
  const auto both = call.graph.call_all("aten::var_mean.correction", {x, axes, 0, false});
  const double momentum = call.real("momentum", 0.9F);
  call.result(call.call("aten::lerp.Scalar", {call.tensor(3), both[1], 1 - momentum}), 1);
  call.result(call.call("aten::lerp.Scalar", {call.tensor(4), both[0], 1 - momentum}), 2);
  const at::ScalarType type = call.type_of(parameter(call, 3));
  call.result(normalized_channels(call, {call.cast(both[1], type), call.cast(both[0], type)}));
}

void instance_normalization(OpCall& call) {
  call.result(call.call("aten::instance_norm",
                        {call.tensor(0), call.tensor(1), call.tensor(2), c10::IValue(),
                         c10::IValue(), true, 0.0, call.real("epsilon", 1e-5), true}));
}

/// One number a group, as one a channel.
JitValue* each_channel(OpCall& call, JitValue* parameter, std::int64_t groups) {
  JitValue* count = int_constant(call, groups);
  JitValue* channels = floor_div(call, call.size(call.tensor(0), 1), count);
  JitValue* column = call.call("aten::unsqueeze", {parameter, 1});
  JitValue* wide =
      call.call("aten::expand", {column, call.graph.int_list({count, channels}), false});
  return call.call("aten::reshape", {wide, Ints{-1}});
}

void group_normalization(OpCall& call) {
  const std::int64_t groups = call.integer("num_groups", 0);
  if (groups < 1) call.invalid("num_groups must be positive");
  JitValue* scale = call.tensor(1);
  JitValue* bias = call.tensor(2);
  if (call.opset() < 21) {
    scale = each_channel(call, scale, groups);
    bias = each_channel(call, bias, groups);
  }
  call.result(call.call("aten::group_norm",
                        {call.tensor(0), groups, scale, bias, call.real("epsilon", 1e-5), true}));
}

void layer_normalization(OpCall& call) {
  const Normalized over(call, call.tensor(0), call.integer("axis", -1));
  const auto results = over.layer_norm({call.tensor(1), call.has(2) ? call.tensor(2) : nullptr},
                                       call.real("epsilon", 1e-5), call.wants(1) || call.wants(2));
  call.result(results.value);
  const auto stash = static_cast<jm_dtype>(call.integer("stash_type", 1));
  if (call.wants(1)) call.result(as_dtype(call, results.mean, stash), 1);
  if (call.wants(2)) call.result(as_dtype(call, results.inverse_deviation, stash), 2);
}

void rms_normalization(OpCall& call) {
  const Normalized over(call, call.tensor(0), call.integer("axis", -1));
  call.result(over.rms_norm(call.tensor(1), call.real("epsilon", 1e-5)));
}

/// In ONNX's own domain too where ONNX Runtime's optimiser writes it, with another output.
void simplified_layer_normalization(OpCall& call) {
  const Normalized over(call, call.tensor(0), call.integer("axis", -1));
  const double epsilon = call.real("epsilon", 1e-5);
  call.result(over.rms_norm(call.tensor(1), epsilon));
  if (call.wants(1)) call.result(over.inverse_rms(epsilon), 1);
}

/// x / (bias + alpha / size · Σ over neighbouring channels of x²)^beta.
void local_response_normalization(OpCall& call) {
  const std::int64_t size = call.integer("size", 0);
  if (size < 1) call.invalid("size must be positive");
  JitValue* x = call.tensor(0);
  JitValue* squares = call.call("aten::mul.Tensor", {x, x});
  std::vector<JitValue*> shape{call.size(x, 0), int_constant(call, 1), call.size(x, 1),
                               int_constant(call, -1)};
  squares = reshape(call, squares, shape);
  if (size % 2 == 0) {
    const Ints around{0, 0, (size - 1) / 2, size / 2};
    squares = call.call("aten::constant_pad_nd", {squares, around, 0.0});
  }
  const std::int64_t padding = size % 2 == 0 ? 0 : size / 2;
  JitValue* means = call.call("aten::avg_pool2d", {squares, Ints{size, 1}, Ints{1, 1},
                                                   Ints{padding, 0}, false, true, c10::IValue()});
  std::vector<JitValue*> sizes;
  for (std::int64_t axis = 0; axis < call.rank(0); ++axis) sizes.push_back(call.size(x, axis));
  means = reshape(call, means, sizes);
  JitValue* scaled = call.call("aten::mul.Scalar", {means, call.real("alpha", 1e-4F)});
  JitValue* base = call.call("aten::add.Scalar", {scaled, call.real("bias", 1), 1});
  JitValue* divisor = call.call("aten::pow.Tensor_Scalar", {base, call.real("beta", 0.75)});
  call.result(call.call("aten::div.Tensor", {x, divisor}));
}

/// x / ‖x‖, and 0 where the norm is 0.
void lp_normalization(OpCall& call) {
  JitValue* x = call.tensor(0);
  const auto p = static_cast<double>(call.integer("p", 2));
  const std::int64_t axis = call.axis_of(x, call.integer("axis", -1));
  JitValue* norm = call.call("aten::linalg_vector_norm", {x, p, Ints{axis}, true, c10::IValue()});
  JitValue* quotient = call.call("aten::div.Tensor", {x, norm});
  JitValue* nothing = call.call("aten::eq.Scalar", {norm, 0});
  call.result(call.call("aten::masked_fill.Scalar", {quotient, nothing, 0}));
}

void mean_variance_normalization(OpCall& call) {
  JitValue* x = call.tensor(0);
  Ints axes = call.integers("axes", {0, 2, 3});
  for (std::int64_t& axis : axes) axis = call.axis_of(x, axis);
  const auto both = call.graph.call_all("aten::var_mean.correction", {x, axes, 0, true});
  JitValue* deviation = call.call("aten::sqrt", {both[0]});
  JitValue* divisor = call.call("aten::add.Scalar", {deviation, 1e-9, 1});
  JitValue* centred = call.call("aten::sub.Tensor", {x, both[1]});
  call.result(call.call("aten::div.Tensor", {centred, divisor}));
}

constexpr Entry kEntries[] = {
    {"BatchNormalization", 1, batch_normalization, Types::kAsTheyAre, kOnnx, 13},
    {"BatchNormalization", 14, batch_normalization_14},
    {"InstanceNormalization", 1, instance_normalization},
    {"GroupNormalization", 18, group_normalization},
    {"LayerNormalization", 1, layer_normalization},
    {"RMSNormalization", 23, rms_normalization},
    {"SimplifiedLayerNormalization", 1, simplified_layer_normalization},
    {"SimplifiedLayerNormalization", 1, simplified_layer_normalization, Types::kAsTheyAre,
     kMicrosoft},
    {"LRN", 1, local_response_normalization},
    {"LpNormalization", 1, lp_normalization},
    {"MeanVarianceNormalization", 9, mean_variance_normalization},
};

}  // namespace

std::span<const Entry> normalization() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
