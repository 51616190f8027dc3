// SPDX-License-Identifier: Apache-2.0
// Normalisation over channels, groups and trailing axes.
#include <algorithm>
#include <cmath>

#include "tensorflow/dtypes.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// One number a channel, as a factor of the images.
Value each_channel(OpCall& call, Value numbers, std::int64_t rank) {
  if (rank <= 2) return numbers;
  Ints shape(static_cast<std::size_t>(rank - 1), 1);
  shape[0] = -1;
  return call.reshape(numbers, shape);
}

/// Mean and variance over `axes`, which stay with size 1.
struct Moments {
  Value mean;
  Value variance;
};

Moments moments(OpCall& call, Value x, const Ints& axes) {
  const auto mean_of = [&](Value of) {
    return call.op("Mean", {of, call.ints(axes, kInt32)}, {{"keep_dims", true}});
  };
  const Value mean = mean_of(x);
  return {mean, mean_of(call.op("SquaredDifference", {x, mean}))};
}

Value inverse_deviation(OpCall& call, Value variance, double epsilon) {
  const Value more = call.scalar(epsilon, call.graph.type(variance));
  return call.op("Rsqrt", {call.op("AddV2", {variance, more})});
}

/// (x − mean) · factor + offset.
Value normalized(OpCall& call, Value x, const Moments& by, Value factor,
                 std::optional<Value> offset) {
  const Value scaled = call.op("Mul", {call.op("Sub", {x, by.mean}), factor});
  return offset ? call.op("AddV2", {scaled, *offset}) : scaled;
}

/// Statistics are those of the images themselves, and the model's move towards them.
void training_batch_normalization(OpCall& call) {
  if (call.opset() < 14) call.unsupported("training_mode before opset 14");
  const Value x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  Ints axes = iota(rank);
  if (rank < 2) call.invalid("its input has rank " + std::to_string(rank) + ", not 2 or more");
  axes.erase(axes.begin() + 1);
  const Moments now = moments(call, x, axes);
  const auto parameter = [&](std::size_t i) { return each_channel(call, call.tensor(i), rank); };
  const Value factor = call.op(
      "Mul", {inverse_deviation(call, now.variance, call.real("epsilon", 1e-5F)), parameter(1)});
  call.result(normalized(call, x, now, factor, parameter(2)));
  const double momentum = call.real("momentum", 0.9F);
  const auto moved = [&](std::size_t i, Value towards) {
    const Type type = call.type(i);
    const Value own = call.op("Mul", {call.tensor(i), call.scalar(momentum, type)});
    const Value list = call.cast(call.reshape(towards, Ints{-1}), type);
    return call.op("AddV2", {own, call.op("Mul", {list, call.scalar(1 - momentum, type)})});
  };
  call.result(moved(3, now.mean), 1);
  call.result(moved(4, now.variance), 2);
}

void batch_normalization(OpCall& call) {
  if (call.opset() < 9 && call.integer("spatial", 1) == 0)
    call.unsupported("BatchNormalization with statistics of every element (spatial = 0)");
  if (call.integer("training_mode", 0) != 0) return training_batch_normalization(call);
  if (call.wants(1) || (call.opset() < 7 && call.integer("is_test", 0) == 0))
    call.unsupported("the training form, of which it gives the statistics");
  const Value x = call.tensor(0);
  const Type type = call.graph.type(x);
  const double epsilon = call.real("epsilon", 1e-5F);
  const std::int64_t rank = call.rank_of(x);
  if (rank == 4 && type == kFloat)
    return call.result(call.op(
        "FusedBatchNormV3", {x, call.tensor(1), call.tensor(2), call.tensor(3), call.tensor(4)},
        {{"epsilon", epsilon}, {"is_training", false}, {"data_format", "NCHW"}}));
  const auto parameter = [&](std::size_t i) {
    return each_channel(call, call.cast(call.tensor(i), type), rank);
  };
  const Value factor =
      call.op("Mul", {inverse_deviation(call, parameter(4), epsilon), parameter(1)});
  call.result(normalized(call, x, {parameter(3), {}}, factor, parameter(2)));
}

void instance_normalization(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  Ints axes = iota(rank);
  axes.erase(axes.begin(), axes.begin() + 2);
  const Moments by = moments(call, x, axes);
  const Value deviation = inverse_deviation(call, by.variance, call.real("epsilon", 1e-5F));
  const Value factor = call.op("Mul", {deviation, each_channel(call, call.tensor(1), rank)});
  call.result(normalized(call, x, by, factor, each_channel(call, call.tensor(2), rank)));
}

/// Axes from the node's axis on.
Ints trailing(OpCall& call, Value x) {
  const std::int64_t axis = call.axis_of(x, call.integer("axis", -1));
  Ints axes = iota(call.rank_of(x));
  axes.erase(axes.begin(), axes.begin() + axis);
  return axes;
}

/// The type that statistics are computed in.
Type stash_type(OpCall& call) {
  const auto type = type_of(static_cast<jm_dtype>(call.integer("stash_type", 1)));
  return type.value_or(kFloat);
}

/// The optimiser has one kernel for these operations in this order, which computes with this
/// epsilon whatever the graph says.
constexpr double kFusedEpsilon = 0.001;

/// A factor for x makes any epsilon that one.
Value fused_layer_normalization(OpCall& call, double epsilon) {
  const Value factor = call.scalar(std::sqrt(kFusedEpsilon / epsilon), kFloat);
  const Value x = call.op("Mul", {call.tensor(0), factor});
  const Moments by = moments(call, x, trailing(call, x));
  const Value scale =
      call.op("Mul", {inverse_deviation(call, by.variance, kFusedEpsilon), call.tensor(1)});
  const Value shift = call.op("Sub", {call.tensor(2), call.op("Mul", {by.mean, scale})});
  return call.op("AddV2", {call.op("Mul", {x, scale}), shift});
}

void layer_normalization(OpCall& call) {
  const double wanted = call.real("epsilon", 1e-5F);
  const bool alone = !call.wants(1) && !call.wants(2);
  if (call.type(0) == kFloat && call.type(1) == kFloat && call.has(2) && alone && wanted > 0)
    return call.result(fused_layer_normalization(call, wanted));
  const Type type = call.type(0);
  const Type wide = type == kDouble ? kDouble : stash_type(call);
  const Value x = call.cast(call.tensor(0), wide);
  const Moments by = moments(call, x, trailing(call, x));
  const Value deviation = inverse_deviation(call, by.variance, call.real("epsilon", 1e-5F));
  const Value factor = call.op("Mul", {deviation, call.cast(call.tensor(1), wide)});
  const auto offset = call.has(2) ? std::optional(call.cast(call.tensor(2), wide)) : std::nullopt;
  call.result(call.cast(normalized(call, x, by, factor, offset), type));
  if (call.wants(1)) call.result(by.mean, 1);
  if (call.wants(2)) call.result(deviation, 2);
}

void rms_normalization(OpCall& call) {
  const Type type = call.type(0);
  const Type wide = type == kDouble ? kDouble : stash_type(call);
  const Value x = call.cast(call.tensor(0), wide);
  const Value square =
      call.op("Mean", {call.op("Mul", {x, x}), call.ints(trailing(call, x), kInt32)},
              {{"keep_dims", true}});
  const Value deviation = inverse_deviation(call, square, call.real("epsilon", 1e-5F));
  const Value y = call.cast(call.op("Mul", {x, deviation}), type);
  call.result(call.op("Mul", {y, call.tensor(1)}));
}

/// Channels in groups: [batch, groups, channels of one, …].
void group_normalization(OpCall& call) {
  const std::int64_t groups = call.integer("num_groups", 0);
  if (groups < 1) call.invalid("num_groups must be positive");
  const Value x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  const std::int64_t channels = call.dims_of(x)[1];
  if (channels < 0 || channels % groups != 0) call.invalid("its channels do not make equal groups");
  const Value shape = call.shape(x);
  const Value grouped =
      call.reshape(x, joined(call, {part(call, shape, 0, 1), call.ints({groups, channels / groups}),
                                    part(call, shape, 2, rank)}));
  Ints axes = iota(rank + 1);
  axes.erase(axes.begin(), axes.begin() + 2);
  const Moments by = moments(call, grouped, axes);
  const Value deviation = inverse_deviation(call, by.variance, call.real("epsilon", 1e-5F));
  const Value plain = call.reshape(normalized(call, grouped, by, deviation, std::nullopt), shape);
  const auto parameter = [&](std::size_t i) {
    Value numbers = call.tensor(i);
    if (call.opset() < 21) {
      const Value columns = call.reshape(numbers, Ints{groups, 1});
      numbers =
          call.reshape(call.op("Tile", {columns, call.ints({1, channels / groups})}), Ints{-1});
    }
    return each_channel(call, numbers, rank);
  };
  call.result(call.op("AddV2", {call.op("Mul", {plain, parameter(1)}), parameter(2)}));
}

/// TensorFlow has it over the last axis, with windows of odd sizes.
void local_response_normalization(OpCall& call) {
  const std::int64_t size = call.integer("size", 0);
  if (size < 1) call.invalid("size must be positive");
  if (size % 2 == 0) call.unsupported("an even size");
  const double alpha = call.real("alpha", 1e-4F) / static_cast<double>(size);
  const Value y = call.op("LRN", {channels_last(call, call.tensor(0))},
                          {{"depth_radius", size / 2},
                           {"bias", call.real("bias", 1)},
                           {"alpha", alpha},
                           {"beta", call.real("beta", 0.75)}});
  call.result(channels_first(call, y));
}

void mean_variance_normalization(OpCall& call) {
  const Value x = call.tensor(0);
  Ints axes = call.integers("axes", {0, 2, 3});
  for (std::int64_t& axis : axes) axis = call.axis_of(x, axis);
  const Moments by = moments(call, x, axes);
  const Value deviation =
      call.op("AddV2", {call.op("Sqrt", {by.variance}), call.scalar(1e-9, call.graph.type(x))});
  call.result(call.op("RealDiv", {call.op("Sub", {x, by.mean}), deviation}));
}

/// x / ‖x‖, and 0 where the norm is 0.
void lp_normalization(OpCall& call) {
  const Value x = call.tensor(0);
  const Value axis = call.ints({call.axis_of(x, call.integer("axis", -1))}, kInt32);
  const auto sum = [&](Value of) { return call.op("Sum", {of, axis}, {{"keep_dims", true}}); };
  const Value norm = call.integer("p", 2) == 1 ? sum(call.op("Abs", {x}))
                                               : call.op("Sqrt", {sum(call.op("Mul", {x, x}))});
  call.result(call.op("DivNoNan", {x, norm}));
}

constexpr Entry kEntries[] = {
    {"BatchNormalization", 1, batch_normalization},
    {"InstanceNormalization", 1, instance_normalization},
    {"GroupNormalization", 18, group_normalization},
    {"LayerNormalization", 1, layer_normalization},
    {"RMSNormalization", 23, rms_normalization},
    {"LRN", 1, local_response_normalization},
    {"LpNormalization", 1, lp_normalization},
    {"MeanVarianceNormalization", 9, mean_variance_normalization},
};

}  // namespace

std::span<const Entry> normalization() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
