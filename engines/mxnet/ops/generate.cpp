// SPDX-License-Identifier: Apache-2.0
// Values made from sizes and numbers.
#include <algorithm>
#include <cmath>

#include "model/dtype.h"
#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

Value from_tensor(OpCall& call, const model::OnnxTensor& tensor) {
  const auto type = type_of(tensor.dtype);
  if (!type) call.unsupported(std::string("a constant of type ") + model::dtype_name(tensor.dtype));
  return call.graph.constant({*type, tensor.dims, tensor.data.data(), tensor.data.size()});
}

Value float_constant(OpCall& call, const std::vector<double>& numbers, const Ints& dims) {
  const std::vector<float> narrow(numbers.begin(), numbers.end());
  return call.graph.constant_copy({kFloat, dims, narrow.data(), narrow.size() * sizeof(float)});
}

void constant(OpCall& call) {
  if (call.has_attribute("value"))
    return call.result(from_tensor(call, call.model_tensor("value")));
  if (call.has_attribute("value_int"))
    return call.result(call.reshape(call.ints({call.integer("value_int", 0)}), {}));
  if (call.has_attribute("value_ints"))
    return call.result(call.ints(call.integers("value_ints", {})));
  if (call.has_attribute("value_float"))
    return call.result(float_constant(call, {call.real("value_float", 0)}, {}));
  if (!call.has_attribute("value_floats"))
    call.unsupported("a constant that is no tensor of numbers");
  const auto numbers = call.reals("value_floats", {});
  call.result(float_constant(call, numbers, {static_cast<std::int64_t>(numbers.size())}));
}

void constant_of_shape(OpCall& call) {
  const Value value = call.has_attribute("value")
                          ? call.reshape(from_tensor(call, call.model_tensor("value")), {})
                          : call.scalar(0, kFloat);
  call.result(call.broadcast(value, call.constant_ints(0)));
}

/// Since opset 15 a part of the sizes.
void shape(OpCall& call) {
  const Ints dims = call.dims(0);
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto bound = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t from = bound(call.integer("start", 0));
  const std::int64_t to = std::max(from, bound(call.integer("end", rank)));
  call.result(call.ints({dims.begin() + from, dims.begin() + to}));
}

void size(OpCall& call) {
  call.result(call.reshape(call.ints({size_of(call.dims(0))}), {}));
}

void range(OpCall& call) {
  double numbers[3] = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = known_number(call, call.tensor(i));
    numbers[i] = number ? *number : static_cast<double>(call.constant_ints(i).at(0));
  }
  const auto [start, end, step] = numbers;
  if (step == 0) call.invalid("a step of 0");
  const Type type = call.type(0);
  const double count = std::max(std::ceil((end - start) / step), 0.0);
  if (count > 1e8) call.unsupported("a range of so many numbers");
  std::vector<double> all(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = start + static_cast<double>(i) * step;
  const Value wide = call.graph.constant_copy(
      {kDouble, {static_cast<std::int64_t>(all.size())}, all.data(), all.size() * sizeof(double)});
  call.result(call.cast(wide, type));
}

/// By a mask that is made now.
void trilu(OpCall& call) {
  const Value x = call.tensor(0);
  if (x->dims.size() < 2) call.invalid("its input has no two axes");
  const std::int64_t k = call.has(1) ? call.constant_ints(1).at(0) : 0;
  const bool upper = call.integer("upper", 1) != 0;
  const std::int64_t rows = x->dims[x->dims.size() - 2];
  const std::int64_t columns = x->dims.back();
  if (size_of(x->dims) == 0) return call.result(x);
  std::vector<char> kept;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column)
      kept.push_back(upper ? column - row >= k : column - row <= k);
  const Value mask = call.graph.constant_copy({kBool, {rows, columns}, kept.data(), kept.size()});
  call.result(call.op("_npi_where", {mask, x, call.scalar(0, x->type)}));
}

constexpr Entry kEntries[] = {
    {"Constant", 1, constant}, {"ConstantOfShape", 9, constant_of_shape},
    {"Shape", 1, shape},       {"Size", 1, size},
    {"Range", 11, range},      {"Trilu", 14, trilu},
};

}  // namespace

std::span<const Entry> generate() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
