// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/function_writer.h"

namespace joulemark::tf {
namespace {

bool same(Value a, Value b) {
  return a.op == b.op && a.index == b.index;
}

}  // namespace

Dims joined_dims(const Dims& a, const Dims& b) {
  if (!a || !b || a->size() != b->size()) return std::nullopt;
  Ints dims = *a;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (dims[i] != (*b)[i]) dims[i] = -1;
  return dims;
}

Value FunctionWriter::input(Type type, const Dims& dims) {
  inputs_.push_back(graph_.placeholder(type, dims));
  return inputs_.back();
}

Value FunctionWriter::captured(Value outer) {
  for (std::size_t i = 0; i < captures_.size(); ++i)
    if (same(captures_[i], outer)) return captured_inputs_[i];
  // Axes and sizes have to be known inside too.
  if (const auto constant = graph_.copied_constant(around_, outer)) return *constant;
  captures_.push_back(outer);
  captured_inputs_.push_back(graph_.placeholder(around_.type(outer), around_.dims(outer)));
  return captured_inputs_.back();
}

FunctionName FunctionWriter::finish(const std::vector<Value>& results) {
  std::vector<Value> inputs = inputs_;
  inputs.insert(inputs.end(), captured_inputs_.begin(), captured_inputs_.end());
  // No result may be an argument itself, or be there twice.
  std::vector<Value> outputs;
  for (const Value result : results) outputs.push_back(graph_.op("Identity", {result}));
  return around_.function(graph_, inputs, outputs);
}

}  // namespace joulemark::tf
