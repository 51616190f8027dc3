// SPDX-License-Identifier: Apache-2.0
// Normalisation over channels, groups and trailing axes.
#include <algorithm>

#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

/// Statistics that are no constants: MXNet takes only variables that it may write to.
void normalize_by_inputs(OpCall& call) {
  const Value x = call.tensor(0);
  const auto each_channel = [&](std::size_t i) {
    Ints sizes(std::max<std::size_t>(x->dims.size(), 2) - 1, 1);
    sizes[0] = -1;
    return call.reshape(call.tensor(i), sizes);
  };
  const Value more =
      call.op("_npi_add_scalar", {each_channel(4)}, {{"scalar", call.real("epsilon", 1e-5F)}});
  const Value deviation = call.op("_npi_sqrt", {more});
  const Value factor = call.op("_npi_true_divide", {each_channel(1), deviation});
  const Value centred = call.op("_npi_subtract", {x, each_channel(3)});
  call.result(call.op("_npi_add", {call.op("_npi_multiply", {centred, factor}), each_channel(2)}));
}

void batch_normalization(OpCall& call) {
  if (call.opset() < 9 && call.integer("spatial", 1) == 0)
    call.unsupported("BatchNormalization with statistics of every element (spatial = 0)");
  const bool trains = call.wants(1) || call.integer("training_mode", 0) != 0 ||
                      (call.opset() < 7 && call.integer("is_test", 0) == 0);
  if (trains) call.unsupported("the training form of BatchNormalization");
  for (std::size_t i = 1; i < 5; ++i)
    if (call.tensor(i)->array == nullptr) return normalize_by_inputs(call);
  call.result(call.op(
      "BatchNorm", call.tensors(),
      {{"eps", call.real("epsilon", 1e-5F)}, {"fix_gamma", false}, {"use_global_stats", true}}));
}

void instance_normalization(OpCall& call) {
  call.result(call.op("InstanceNorm", {call.tensor(0), call.tensor(1), call.tensor(2)},
                      {{"eps", call.real("epsilon", 1e-5F)}}));
}

/// Over all axes from `axis` on, as one; numbers for each of their elements.
void layer_normalization(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", -1));
  const Ints tail(x->dims.begin() + axis, x->dims.end());
  const auto numbers = [&](std::size_t i, double otherwise) {
    const Value given = call.has(i) ? call.tensor(i) : call.scalar(otherwise, x->type);
    return call.reshape(call.broadcast(given, tail), {-1});
  };
  const bool last = axis + 1 == static_cast<std::int64_t>(x->dims.size());
  const bool told = call.wants(1) || call.wants(2);
  const auto all = call.graph.op_all(
      "LayerNorm", {last ? x : flattened(call, x, axis), numbers(1, 1), numbers(2, 0)},
      {{"axis", -1}, {"eps", call.real("epsilon", 1e-5F)}, {"output_mean_var", told}});
  call.result(call.reshape(all.at(0), x->dims));
  if (!told) return;
  Ints dims = x->dims;
  std::fill(dims.begin() + axis, dims.end(), 1);
  call.result(call.reshape(all.at(1), dims), 1);
  // MXNet tells the deviation, ONNX asks for its inverse.
  call.result(call.reshape(call.op("_npi_reciprocal", {all.at(2)}), dims), 2);
}

void rms_normalization(OpCall& call) {
  const Value x = call.tensor(0);
  const auto rank = static_cast<std::int64_t>(x->dims.size());
  Ints axes;
  for (std::int64_t i = call.axis_of(x, call.integer("axis", -1)); i < rank; ++i) axes.push_back(i);
  const Value square =
      call.op("_npi_mean", {call.op("_npi_square", {x})}, {{"axis", axes}, {"keepdims", true}});
  const Value more =
      call.op("_npi_add_scalar", {square}, {{"scalar", call.real("epsilon", 1e-5F)}});
  const Value y = call.op("_npi_true_divide", {x, call.op("_npi_sqrt", {more})});
  call.result(call.op("_npi_multiply", {y, call.tensor(1)}));
}

/// Channels in groups, each normalised as a whole.
void group_normalization(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t groups = call.integer("num_groups", 0);
  if (groups < 1 || x->dims.size() < 3 || x->dims[1] % groups != 0)
    call.invalid("its channels do not make equal groups");
  const std::int64_t channels = x->dims[1];
  const Value grouped = call.reshape(x, {x->dims[0] * groups, -1});
  const std::int64_t size = grouped->dims[1];
  const Value plain = call.op("LayerNorm",
                              {grouped, call.broadcast(call.scalar(1, x->type), {size}),
                               call.broadcast(call.scalar(0, x->type), {size})},
                              {{"axis", -1}, {"eps", call.real("epsilon", 1e-5F)}});
  const auto parameter = [&](std::size_t i) {
    Value numbers = call.tensor(i);
    if (call.opset() < 21)
      numbers = call.broadcast(call.reshape(numbers, {groups, 1}), {groups, channels / groups});
    Ints sizes(x->dims.size() - 1, 1);
    sizes[0] = channels;
    return call.reshape(numbers, sizes);
  };
  const Value scaled = call.op("_npi_multiply", {call.reshape(plain, x->dims), parameter(1)});
  call.result(call.op("_npi_add", {scaled, parameter(2)}));
}

void local_response_normalization(OpCall& call) {
  const std::int64_t size = call.integer("size", 0);
  if (size < 1) call.invalid("size must be positive");
  if (size % 2 == 0) call.unsupported("an even size");
  call.result(call.op("LRN", {call.tensor(0)},
                      {{"nsize", size},
                       {"knorm", call.real("bias", 1)},
                       {"alpha", call.real("alpha", 1e-4F)},
                       {"beta", call.real("beta", 0.75)}}));
}

/// Divided by its sum of magnitudes, or by the root of its sum of squares, along one axis.
void lp_normalization(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t p = call.integer("p", 2);
  if (p != 1 && p != 2) call.invalid("p must be 1 or 2");
  const Attrs axis{{"axis", Ints{call.axis_of(x, call.integer("axis", -1))}}, {"keepdims", true}};
  const Value sizes = call.op(p == 1 ? "_npi_absolute" : "_npi_square", {x});
  Value norm = call.op("_np_sum", {sizes}, axis);
  if (p == 2) norm = call.op("_npi_sqrt", {norm});
  const Value ratio = call.op("_npi_true_divide", {x, norm});
  const Value some = call.op("_npi_greater_scalar", {norm}, {{"scalar", 0}});
  call.result(call.op("_npi_where", {some, ratio, call.scalar(0, x->type)}));
}

constexpr Entry kEntries[] = {
    {"BatchNormalization", 1, batch_normalization},
    {"InstanceNormalization", 6, instance_normalization},
    {"GroupNormalization", 18, group_normalization},
    {"LayerNormalization", 1, layer_normalization},
    {"RMSNormalization", 23, rms_normalization},
    {"LpNormalization", 1, lp_normalization},
    {"LRN", 1, local_response_normalization},
};

}  // namespace

std::span<const Entry> normalization() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
