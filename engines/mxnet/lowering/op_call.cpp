// SPDX-License-Identifier: Apache-2.0
#include "mxnet/lowering/op_call.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "model/dtype.h"
#include "mxnet/dtypes.h"

namespace joulemark::mx {
namespace {

std::int64_t product_of(const Ints& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

template <class T>
T known_or_refused(const OpCall& call, std::optional<T> known, std::size_t i) {
  if (!known)
    call.unsupported("input '" + call.node.inputs[i] +
                     "' must be a constant or an input of the model");
  return std::move(*known);
}

}  // namespace

Operand& OpCall::operand(std::size_t i) {
  if (!has(i)) invalid("input " + std::to_string(i) + " is missing");
  Operand* found = scope.find(node.inputs[i]);
  if (found == nullptr) invalid("its input '" + node.inputs[i] + "' is not defined");
  return *found;
}

std::vector<Value> OpCall::tensors(std::size_t first) {
  std::vector<Value> all;
  for (std::size_t i = first; i < input_count(); ++i) all.push_back(tensor(i));
  return all;
}

std::optional<Ints> OpCall::known_ints(std::size_t i) {
  return graph.known_ints(tensor(i));
}

Ints OpCall::constant_ints(std::size_t i) {
  return known_or_refused(*this, graph.needed_ints(tensor(i)), i);
}

Value OpCall::constant_tensor(std::size_t i) {
  return known_or_refused(*this, graph.needed_constant(tensor(i)), i);
}

std::vector<double> OpCall::constant_reals(std::size_t i) {
  if (!has(i)) return {};
  return known_or_refused(*this, graph.needed_reals(tensor(i)), i);
}

void OpCall::result(Operand operand, std::size_t i) {
  if (wants(i)) scope[node.outputs[i]] = std::move(operand);
}

Value OpCall::scalar(double value, Type type) {
  std::byte bytes[16] = {};
  model::set_element(dtype_of(type), bytes, 0, value);
  return graph.constant_copy({type, {}, bytes, size_of(type)});
}

Value OpCall::ints(const Ints& values) {
  return graph.constant_copy({kInt64,
                              {static_cast<std::int64_t>(values.size())},
                              values.data(),
                              values.size() * sizeof(std::int64_t)});
}

Value OpCall::cast(const Value& value, Type to) {
  if (value->type == to) return value;
  return op("_npi_cast", {value}, {{"dtype", type_name(to)}});
}

std::int64_t OpCall::axis_of(const Value& value, std::int64_t axis) const {
  const auto rank = static_cast<std::int64_t>(value->dims.size());
  if (axis < -rank || axis >= rank)
    invalid("it has no axis " + std::to_string(axis) + " (rank " + std::to_string(rank) + ")");
  return axis < 0 ? axis + rank : axis;
}

Value OpCall::reshape(const Value& value, Ints to) {
  const std::int64_t all = product_of(value->dims);
  if (const auto open = std::ranges::find(to, -1); open != to.end()) {
    *open = 1;
    const std::int64_t others = product_of(to);
    if (others == 0 || all % others != 0) invalid("its input cannot have the shape it asks for");
    *open = all / others;
  }
  if (product_of(to) != all) invalid("its input cannot have the shape it asks for");
  return to == value->dims ? value : op("_np_reshape", {value}, {{"newshape", to}});
}

Value OpCall::transpose(const Value& value, const Ints& order) {
  Ints same(value->dims.size());
  std::iota(same.begin(), same.end(), 0);
  if (order.size() != same.size() || !std::ranges::is_permutation(order, same))
    invalid("it does not name every axis of its input once");
  return order == same ? value : op("transpose", {value}, {{"axes", order}});
}

Value OpCall::broadcast(const Value& value, const Ints& to) {
  return value->dims == to ? value : op("_npi_broadcast_to", {value}, {{"shape", to}});
}

}  // namespace joulemark::mx
