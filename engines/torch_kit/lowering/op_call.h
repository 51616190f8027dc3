// SPDX-License-Identifier: Apache-2.0
// One ONNX node while it is lowered: all that an entry of the operator table sees and does.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lowering_kit/node_call.h"
#include "model/onnx_graph.h"
#include "torch_kit/lowering/graph_writer.h"
#include "torch_kit/lowering/operand.h"
#include "torch_kit/lowering/scope.h"

namespace joulemark::torch_kit {

/// Inputs and results of a node; its attributes are those of lowering::NodeCall.
class OpCall : public lowering::NodeCall {
 public:
  OpCall(GraphWriter& graph_writer, const model::OnnxNode& onnx_node, Scope& names);

  GraphWriter& graph;
  Scope& scope;

  // Inputs, by position.
  Operand& operand(std::size_t i);
  /// The input as a tensor of the graph. A type without arithmetic is widened if `widen` was asked
  /// for.
  JitValue* tensor(std::size_t i);
  /// The same, or None when it is left out.
  tj::NamedValue tensor_or_none(std::size_t i);
  /// All inputs from `first` on.
  std::vector<JitValue*> tensors(std::size_t first = 0);
  [[nodiscard]] jm_dtype dtype(std::size_t i);
  /// Of the tensor that tensor(i) gives.
  at::ScalarType type(std::size_t i);
  std::int64_t rank(std::size_t i);
  /// Its elements, where they are known now.
  std::optional<at::Tensor> constant(std::size_t i);

  // Inputs that are small integer tensors: shapes, axes, pads.
  /// Every element as a value of type int; JM_UNSUPPORTED when their number is not known.
  std::vector<JitValue*> int_elements(std::size_t i);
  /// As one value of type int[].
  JitValue* int_list(std::size_t i);
  /// Elements that must be known when the model is loaded.
  Ints constant_ints(std::size_t i);
  /// An input of one element as a number of the graph (int, float or bool, as its type is).
  JitValue* number(std::size_t i);
  JitValue* number_of(Operand& operand);

  /// An attribute; JM_INVALID_MODEL when it is not there.
  at::Tensor tensor_attribute(std::string_view name);

  // Results, by position.
  /// Gives output `i`; `dtype` only where the tensor's own type does not say it (packed types).
  void result(JitValue* value, std::size_t i = 0, jm_dtype dtype = JM_UNDEFINED);
  void result(Operand operand, std::size_t i = 0);

  // Writing.
  JitValue* call(const char* op, const Args& args) { return graph.call(op, args); }
  JitValue* constant_value(const c10::IValue& value) { return graph.constant(value); }
  /// `value` as `to`; itself when it is already.
  JitValue* cast(JitValue* value, at::ScalarType to);
  /// Type and rank of a tensor of the graph; JM_UNSUPPORTED when they cannot be known.
  at::ScalarType type_of(JitValue* value);
  std::int64_t rank_of(JitValue* value);
  /// Size of one dimension (counted from the end when negative) as an int of the graph.
  JitValue* size(JitValue* value, std::int64_t axis);
  /// `axis` counted from the front; JM_INVALID_MODEL when the tensor has no such axis.
  std::int64_t axis_of(JitValue* value, std::int64_t axis);
  /// A tensor of rank 0 on the model's device.
  JitValue* scalar_tensor(const c10::Scalar& value, at::ScalarType type);
  /// Any operand as a tensor.
  JitValue* as_tensor(Operand& operand);

  /// For operators on types without arithmetic: from now on tensor() gives arithmetic types, and
  /// result() turns those back.
  void widen();

 private:
  at::ScalarType held_type(std::size_t i);
  JitValue* numbers_as_tensor(const Operand& operand);

  at::ScalarType widened_from_ = at::ScalarType::Undefined;
  bool widen_ = false;
};

}  // namespace joulemark::torch_kit
