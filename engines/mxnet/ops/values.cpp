// SPDX-License-Identifier: Apache-2.0
#include "mxnet/ops/values.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "model/dtype.h"
#include "mxnet/dtypes.h"

namespace joulemark::mx::ops {

Ints iota(std::int64_t count) {
  Ints all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::int64_t size_of(const Ints& dims, std::size_t from, std::size_t to) {
  const auto at = [&](std::size_t i) { return dims.begin() + static_cast<std::ptrdiff_t>(i); };
  return std::accumulate(at(from), at(to), std::int64_t{1}, std::multiplies<>());
}

Ints broadcast_dims(const OpCall& call, const Ints& a, const Ints& b) {
  Ints dims(std::max(a.size(), b.size()), 1);
  std::ranges::copy_backward(a, dims.end());
  for (std::size_t i = 0; i < b.size(); ++i) {
    std::int64_t& size = dims[dims.size() - b.size() + i];
    if (size != b[i] && size != 1 && b[i] != 1)
      call.invalid("its values have sizes that do not fit");
    if (size == 1) size = b[i];
  }
  return dims;
}

std::optional<double> known_number(const OpCall& call, const Value& value) {
  if (value->array == nullptr || size_of(value->dims) != 1) return std::nullopt;
  const Elements elements = call.graph.elements(value);
  return model::element_as_double(dtype_of(elements.type),
                                  static_cast<const std::byte*>(elements.data), 0);
}

std::optional<Ints> given_axes(OpCall& call, std::size_t i, std::int64_t since) {
  if (call.opset() >= since) {
    if (!call.has(i)) return std::nullopt;
    return call.constant_ints(i);
  }
  if (!call.has_attribute("axes")) return std::nullopt;
  return call.integers("axes", {});
}

Value flattened(OpCall& call, const Value& value, std::int64_t axis) {
  const auto middle = static_cast<std::size_t>(axis);
  return call.reshape(
      value, {size_of(value->dims, 0, middle), size_of(value->dims, middle, value->dims.size())});
}

Value empty(OpCall& call, Type type, const Ints& dims) {
  return call.graph.constant_copy({type, dims, nullptr, 0});
}

Value part(OpCall& call, const Value& value, std::int64_t axis, std::int64_t from,
           std::int64_t to) {
  Ints dims = value->dims;
  std::int64_t& size = dims.at(static_cast<std::size_t>(axis));
  if (from == 0 && to == size) return value;
  size = to - from;
  if (size_of(dims) == 0) return empty(call, value->type, dims);
  return call.op("slice_axis", {value}, {{"axis", axis}, {"begin", from}, {"end", to}});
}

Value picked(OpCall& call, const Value& x, std::size_t axis, const Ints& places) {
  return call.op("take", {x, call.ints(places)},
                 {{"axis", static_cast<std::int64_t>(axis)}, {"mode", "clip"}});
}

Value reversed(OpCall& call, const Value& x, std::int64_t axis) {
  return call.op("_npi_flip", {x}, {{"axis", Ints{axis}}});
}

Value padded(OpCall& call, const Value& x, const Ints& begin, const Ints& end, double value) {
  const auto zero = [](std::int64_t size) { return size == 0; };
  if (std::ranges::all_of(begin, zero) && std::ranges::all_of(end, zero)) return x;
  std::string widths;
  for (std::size_t axis = begin.size(); axis < x->dims.size(); ++axis) widths += "(0,0),";
  for (std::size_t i = 0; i < begin.size(); ++i) widths += tuple_text({begin[i], end[i]}) + ",";
  return call.op(
      "_npi_pad", {x},
      {{"pad_width", "(" + widths + ")"}, {"mode", "constant"}, {"constant_value", value}});
}

}  // namespace joulemark::mx::ops
