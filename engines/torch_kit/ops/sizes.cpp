// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/sizes.h"

#include <ATen/ops/empty.h>

namespace joulemark::torch_kit::ops {

void give_moved(OpCall& call, JitValue* value) {
  call.result(value, 0, call.dtype(0));
}

std::optional<std::int64_t> known_int(OpCall& call, JitValue* value) {
  const auto known = call.graph.value_of(value);
  if (!known || !known->isInt()) return std::nullopt;
  return known->toInt();
}

std::optional<std::size_t> length_of(OpCall& call, std::size_t i) {
  if (call.operand(i).host) return call.operand(i).host->elements.size();
  const auto example = call.graph.example(call.tensor(i));
  if (!example || (!call.constant(i) && example->numel() >= GraphWriter::kOpenSize))
    return std::nullopt;
  return static_cast<std::size_t>(example->numel());
}

void declare_sizes(OpCall& call, JitValue* value, at::ScalarType type, const Ints& sizes) {
  if (call.graph.value_of(value)) return;
  Ints dims;
  for (const std::int64_t size : sizes) dims.push_back(size < 0 ? GraphWriter::kOpenSize : size);
  call.graph.set_fact(value, {at::empty(dims, at::TensorOptions(type).device(at::kMeta)), false});
}

Axes axes_of(OpCall& call, std::size_t i, std::int64_t since_input) {
  Axes axes;
  if (call.opset() < since_input) {
    axes.given = call.has_attribute("axes");
    axes.known = call.integers("axes", {});
    for (const std::int64_t axis : *axes.known) axes.elements.push_back(call.constant_value(axis));
    return axes;
  }
  axes.given = call.has(i);
  if (!axes.given) return axes;
  axes.elements = call.int_elements(i);
  Ints known;
  for (JitValue* element : axes.elements)
    if (const auto axis = known_int(call, element)) known.push_back(*axis);
  if (known.size() == axes.elements.size()) axes.known = known;
  return axes;
}

std::vector<JitValue*> unpack_tensors(OpCall& call, JitValue* list, std::size_t count) {
  std::vector<JitValue*> tensors = call.graph.unpack(list, count);
  if (tensors.size() != count) call.invalid("it has another number of outputs than parts");
  return tensors;
}

}  // namespace joulemark::torch_kit::ops
