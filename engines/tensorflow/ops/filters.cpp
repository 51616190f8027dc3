// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/ops/filters.h"

#include <algorithm>

#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {

Ints weight_sizes(OpCall& call) {
  const model::OnnxTensor* weight = call.weight(1);
  const Ints dims = weight != nullptr ? weight->dims : call.dims_of(call.tensor(1));
  if (dims.size() < 3)
    call.invalid("its weights have rank " + std::to_string(dims.size()) + ", not 3 or more");
  if (std::ranges::any_of(dims, [](std::int64_t size) { return size < 0; }))
    call.unsupported("weights whose sizes only a run tells");
  return dims;
}

Type computed_in(Type type) {
  return type == kHalf ? kFloat : type;
}

Value kernel_first(OpCall& call, const Form& form) {
  Ints order = iota(static_cast<std::int64_t>(form.model_axes) + 2);
  std::rotate(order.begin(), order.begin() + 2, order.end());
  std::swap(order[order.size() - 2], order[order.size() - 1]);
  const auto moved = call.transposed_weight(1, order);
  const Value given = moved ? *moved : call.transpose(call.tensor(1), order);
  const Value weights = call.cast(given, computed_in(call.graph.type(given)));
  if (form.model_axes == form.axes) return weights;
  return call.op("ExpandDims", {weights, call.int_scalar(0, kInt32)});
}

}  // namespace joulemark::tf::ops
