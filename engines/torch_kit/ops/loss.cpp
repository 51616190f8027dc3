// SPDX-License-Identifier: Apache-2.0
// Losses over classes (axis 1), by PyTorch's own.
#include <ATen/core/Reduction.h>

#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

std::int64_t reduction_of(OpCall& call) {
  const std::string name = call.text("reduction", "mean");
  if (name == "none") return at::Reduction::None;
  if (name == "mean") return at::Reduction::Mean;
  if (name == "sum") return at::Reduction::Sum;
  call.invalid("unknown reduction '" + name + "'");
}

/// Without ignore_index a negative class is an error; PyTorch's default is -100.
JitValue* likelihood_loss(OpCall& call, JitValue* log_probabilities) {
  JitValue* classes = call.cast(call.tensor(1), at::kLong);
  const std::int64_t reduction = reduction_of(call);
  JitValue* loss =
      call.call("aten::nll_loss_nd", {log_probabilities, classes, call.tensor_or_none(2), reduction,
                                      call.integer("ignore_index", -100)});
  return call.graph.declare(loss, call.type_of(log_probabilities),
                            reduction == at::Reduction::None ? call.rank_of(classes) : 0);
}

void negative_log_likelihood(OpCall& call) {
  call.result(likelihood_loss(call, call.tensor(0)));
}

void softmax_cross_entropy(OpCall& call) {
  JitValue* log_probabilities =
      call.call("aten::log_softmax.int", {call.tensor(0), 1, c10::IValue()});
  call.result(likelihood_loss(call, log_probabilities));
  call.result(log_probabilities, 1);
}

constexpr Entry kEntries[] = {
    {"NegativeLogLikelihoodLoss", 12, negative_log_likelihood},
    {"SoftmaxCrossEntropyLoss", 12, softmax_cross_entropy},
};

}  // namespace

std::span<const Entry> loss() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
