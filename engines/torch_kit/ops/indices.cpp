// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/indices.h"

#include <ATen/ops/all.h>
#include <ATen/ops/ge.h>

#include <string_view>

#include "torch_kit/dtypes.h"

namespace joulemark::torch_kit::ops {
namespace {

/// Whether no element can be negative, as far as it is known now.
bool counts_from_front(OpCall& call, JitValue* indices) {
  if (const auto known = call.graph.value_of(indices))
    return at::all(known->toTensor().ge(0)).item<bool>();
  const std::string_view op = indices->node()->kind().toQualString();
  if (op == "aten::topk" || op == "aten::sort") return indices->offset() == 1;
  return op == "aten::argmax" || op == "aten::argmin" || op == "aten::argsort";
}

/// The number of coordinates, the last size of `indices`.
std::size_t coordinate_count(OpCall& call, JitValue* indices) {
  const auto example = call.graph.example(indices);
  if (!example || example->dim() == 0 || example->size(-1) >= GraphWriter::kOpenSize)
    call.unsupported("the last size of its indices must be known when the model is loaded");
  return static_cast<std::size_t>(example->size(-1));
}

}  // namespace

JitValue* from_front(OpCall& call, JitValue* indices, JitValue* size) {
  if (counts_from_front(call, indices)) return call.cast(indices, at::kLong);
  indices = call.cast(indices, at::kLong);
  JitValue* behind = call.call("aten::lt.Scalar", {indices, 0});
  return call.call("aten::add.Tensor", {indices, call.call("aten::mul.Scalar", {behind, size}), 1});
}

JitValue* picked(OpCall& call, JitValue* x, std::int64_t axis, JitValue* positions) {
  const auto example = call.graph.example(x);
  if (example && lacks_arithmetic(example->scalar_type()))
    return indexed(call, x, call.axis_of(x, axis), positions);
  return call.call("aten::index_select", {x, axis, positions});
}

JitValue* indexed(OpCall& call, JitValue* x, std::int64_t axis, JitValue* indices) {
  std::vector<JitValue*> places(static_cast<std::size_t>(axis), call.constant_value(c10::IValue()));
  places.push_back(indices);
  return call.call("aten::index.Tensor", {x, call.graph.optional_tensor_list(places)});
}

JitValue* looked_up(OpCall& call, JitValue* table, JitValue* positions) {
  return call.call("aten::embedding", {table, positions, -1, false, false});
}

JitValue* counted(OpCall& call, JitValue* size, at::ScalarType type) {
  return call.call("aten::arange",
                   {size, type, c10::IValue(), c10::IValue(call.graph.device()), c10::IValue()});
}

JitValue* counted(OpCall& call, JitValue* size, std::int64_t axis, std::int64_t rank,
                  at::ScalarType type) {
  if (rank == 1) return counted(call, size, type);
  Ints dims(static_cast<std::size_t>(rank), 1);
  dims[static_cast<std::size_t>(axis)] = -1;
  return call.call("aten::reshape", {counted(call, size, type), dims});
}

std::vector<JitValue*> coordinates(OpCall& call, JitValue* indices) {
  const std::size_t count = coordinate_count(call, indices);
  std::vector<JitValue*> parts;
  for (std::size_t i = 0; i < count; ++i)
    parts.push_back(call.call("aten::select.int", {indices, -1, static_cast<std::int64_t>(i)}));
  return parts;
}

}  // namespace joulemark::torch_kit::ops
