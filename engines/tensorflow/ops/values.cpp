// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/ops/values.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "model/dtype.h"

namespace joulemark::tf::ops {

Ints iota(std::int64_t count) {
  Ints all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Value of_rank(OpCall& call, Value value, std::int64_t rank) {
  const auto dims = call.graph.dims(value);
  if (!dims)
    call.graph.declare(value, Ints(static_cast<std::size_t>(rank), -1));
  else if (static_cast<std::int64_t>(dims->size()) != rank)
    call.invalid("an input has rank " + std::to_string(dims->size()) + ", not " +
                 std::to_string(rank));
  return value;
}

std::optional<double> known_number(OpCall& call, std::size_t i) {
  const model::OnnxTensor* weight = call.weight(i);
  if (weight == nullptr || weight->dtype == JM_STRING) return std::nullopt;
  const auto count = std::accumulate(weight->dims.begin(), weight->dims.end(), std::int64_t{1},
                                     std::multiplies<>());
  if (count != 1) return std::nullopt;
  return model::element_as_double(weight->dtype, weight->data.data(), 0);
}

Value element(OpCall& call, Value vector, std::int64_t at) {
  const auto index = [&](std::int64_t value) { return call.ints({value}, kInt32); };
  return call.op("StridedSlice", {vector, index(at), index(at + 1), index(1)},
                 {{"shrink_axis_mask", 1}});
}

Value size_of_axis(OpCall& call, Value value, std::int64_t axis) {
  const std::int64_t size = call.dims_of(value)[static_cast<std::size_t>(axis)];
  return size >= 0 ? call.int_scalar(size) : element(call, call.shape(value), axis);
}

Value part(OpCall& call, Value vector, std::int64_t from, std::int64_t to) {
  return call.op("StridedSlice", {vector, call.ints({from}), call.ints({to}), call.ints({1})});
}

Value joined(OpCall& call, const std::vector<Value>& vectors) {
  if (vectors.size() == 1) return vectors.front();
  return call.op("ConcatV2", {vectors, call.int_scalar(0, kInt32)});
}

Value as_bias(OpCall& call, Value value) {
  const auto dims = call.graph.dims(value);
  if (!dims || dims->size() < 2 || dims->back() < 0) return value;
  const bool bias =
      std::all_of(dims->begin(), dims->end() - 1, [](auto size) { return size == 1; });
  return bias ? call.reshape(value, Ints{dims->back()}) : value;
}

Value flattened(OpCall& call, Value value, std::int64_t axis) {
  const Ints dims = call.dims_of(value);
  const auto middle = dims.begin() + static_cast<std::ptrdiff_t>(axis);
  const auto product = [](auto begin, auto end) {
    return std::any_of(begin, end, [](std::int64_t size) { return size < 0; })
               ? std::int64_t{-1}
               : std::accumulate(begin, end, std::int64_t{1}, std::multiplies<>());
  };
  const std::int64_t before = product(dims.begin(), middle);
  const std::int64_t behind = product(middle, dims.end());
  // One of them may be left to Reshape, unless the other is 0.
  const bool both = before >= 0 && behind >= 0;
  if (both || before > 0 || behind > 0) return call.reshape(value, Ints{before, behind});
  const auto all = [&](Value sizes) {
    return call.op("Prod", {sizes, call.ints({0}, kInt32)}, {{"keep_dims", true}});
  };
  const Value shape = call.shape(value);
  const auto rank = static_cast<std::int64_t>(dims.size());
  return call.reshape(
      value, joined(call, {all(part(call, shape, 0, axis)), all(part(call, shape, axis, rank))}));
}

std::optional<Ints> given_axes(OpCall& call, std::size_t i, std::int64_t since) {
  if (call.opset() >= since) {
    if (!call.has(i)) return std::nullopt;
    return call.constant_ints(i);
  }
  if (!call.has_attribute("axes")) return std::nullopt;
  return call.integers("axes", {});
}

Value channels_last(OpCall& call, Value value) {
  Ints order = iota(call.rank_of(value));
  order.erase(order.begin() + 1);
  order.push_back(1);
  return call.transpose(value, order);
}

Value channels_first(OpCall& call, Value value) {
  Ints order = iota(call.rank_of(value));
  const std::int64_t last = order.back();
  order.pop_back();
  order.insert(order.begin() + 1, last);
  return call.transpose(value, order);
}

}  // namespace joulemark::tf::ops
