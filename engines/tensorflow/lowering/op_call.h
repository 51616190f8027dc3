// SPDX-License-Identifier: Apache-2.0
// One ONNX node while it is lowered: all that an entry of the operator table sees and does.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "lowering_kit/node_call.h"
#include "tensorflow/lowering/graph_writer.h"
#include "tensorflow/lowering/operand.h"

namespace joulemark::tf {

/// Inputs and results of a node; its attributes are those of lowering::NodeCall.
class OpCall : public lowering::NodeCall {
 public:
  OpCall(GraphWriter& graph_writer, const model::OnnxNode& onnx_node, Scope& names)
      : NodeCall(onnx_node), graph(graph_writer), scope(names) {}

  GraphWriter& graph;
  Scope& scope;

  // Inputs, by position.
  Operand& operand(std::size_t i);
  /// The input as a value of the graph. A type without arithmetic is widened if that was asked for.
  Value tensor(std::size_t i);
  /// An operand of this graph, which is written into it where it has not been.
  Value written(Operand& operand);
  /// All inputs from `first` on.
  std::vector<Value> tensors(std::size_t first = 0);
  Type type(std::size_t i) { return graph.type(tensor(i)); }
  std::int64_t rank(std::size_t i) { return rank_of(tensor(i)); }
  /// The constant of the model that the input is; null when it is none.
  const model::OnnxTensor* weight(std::size_t i);
  /// A constant input with its axes in this order, moved here and not in every run; nothing when
  /// it is no constant.
  std::optional<Value> transposed_weight(std::size_t i, const Ints& order);
  /// Small integer tensors (shapes, axes, pads) where they are known now.
  std::optional<Ints> known_ints(std::size_t i);
  /// The same; JM_UNSUPPORTED when they depend on what the model is given.
  Ints constant_ints(std::size_t i);

  // Results, by position.
  void result(Value value, std::size_t i = 0);
  /// The first one, computed as rows.
  void result_rows(const Rows& rows);

  // Writing.
  Value op(const char* type, const Inputs& inputs, const Attrs& attrs = {}) {
    return graph.op(type, inputs, attrs);
  }
  /// A constant of this type; the second form has rank 1.
  Value scalar(double value, Type type);
  Value ints(const Ints& values, Type type = kInt64);
  Value int_scalar(std::int64_t value, Type type = kInt64);
  /// `value` as `to`; itself when it is already.
  Value cast(Value value, Type to);
  /// JM_UNSUPPORTED when it cannot be known.
  std::int64_t rank_of(Value value);
  Ints dims_of(Value value);
  /// `axis` counted from the front; JM_INVALID_MODEL when the value has no such axis.
  std::int64_t axis_of(Value value, std::int64_t axis);
  /// The sizes as an int64 tensor: a constant where all are known.
  Value shape(Value value);
  Value reshape(Value value, Value to) { return op("Reshape", {value, to}); }
  Value reshape(Value value, const Ints& to) { return reshape(value, ints(to)); }
  Value transpose(Value value, const Ints& order);

  /// For operators that lack kernels of small integers: from now on tensor() gives them as int32
  /// or int64, and result() turns those back.
  void widen() { widen_ = true; }

 private:
  Type widened_from_ = kNoType;
  bool widen_ = false;
};

}  // namespace joulemark::tf
