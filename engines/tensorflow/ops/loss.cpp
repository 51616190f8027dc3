// SPDX-License-Identifier: Apache-2.0
// Losses over classes (axis 1).
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// What each place of the classes loses, and what it weighs.
struct Places {
  Value losses;
  std::optional<Value> weights;  ///< nothing: 1 each
};

/// `classes` of the last axis; a place to be ignored loses and weighs nothing, whatever its class.
Places losses_of(OpCall& call, Value log_probabilities) {
  const Type type = call.graph.type(log_probabilities);
  const Value rows = channels_last(call, log_probabilities);
  Value classes = call.cast(call.tensor(1), kInt64);
  std::optional<Value> kept;
  if (call.has_attribute("ignore_index")) {
    kept = call.op("NotEqual", {classes, call.int_scalar(call.integer("ignore_index", 0))},
                   {{"incompatible_shape_error", true}});
    classes = call.op("SelectV2", {*kept, classes, call.int_scalar(0)});
  }
  const Value chosen = call.op("GatherV2",
                               {rows, call.op("ExpandDims", {classes, call.int_scalar(-1, kInt32)}),
                                call.int_scalar(call.rank_of(rows) - 1, kInt32)},
                               {{"batch_dims", call.rank_of(rows) - 1}});
  Value losses = call.op("Neg", {call.op("Squeeze", {chosen}, {{"squeeze_dims", Ints{-1}}})});
  std::optional<Value> weights;
  if (call.has(2))
    weights = call.op("GatherV2", {call.tensor(2), classes, call.int_scalar(0, kInt32)});
  const Value zero = call.scalar(0, type);
  if (kept) weights = call.op("SelectV2", {*kept, weights.value_or(call.scalar(1, type)), zero});
  if (weights) losses = call.op("Mul", {losses, *weights});
  return {losses, weights};
}

Value total(OpCall& call, Value x) {
  return call.op("Sum", {x, call.ints(iota(call.rank_of(x)), kInt32)});
}

void give_loss(OpCall& call, Value log_probabilities) {
  const std::string reduction = call.text("reduction", "mean");
  const auto [losses, weights] = losses_of(call, log_probabilities);
  if (reduction == "none") return call.result(losses);
  if (reduction == "sum") return call.result(total(call, losses));
  if (reduction != "mean") call.invalid("unknown reduction '" + reduction + "'");
  const Value count = weights ? total(call, *weights)
                              : call.cast(call.op("Size", {losses}, {{"out_type", kInt64}}),
                                          call.graph.type(losses));
  call.result(call.op("RealDiv", {total(call, losses), count}));
}

void negative_log_likelihood(OpCall& call) {
  give_loss(call, call.tensor(0));
}

void softmax_cross_entropy(OpCall& call) {
  const Value rows = channels_last(call, call.tensor(0));
  const Value logs = channels_first(call, call.op("LogSoftmax", {rows}));
  give_loss(call, logs);
  call.result(logs, 1);
}

constexpr Entry kEntries[] = {
    {"NegativeLogLikelihoodLoss", 12, negative_log_likelihood},
    {"SoftmaxCrossEntropyLoss", 12, softmax_cross_entropy},
};

}  // namespace

std::span<const Entry> losses() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
