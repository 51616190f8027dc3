// SPDX-License-Identifier: Apache-2.0
// One ONNX node while it is lowered: all that an entry of the operator table sees and does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lowering_kit/node_call.h"
#include "lowering_kit/scope.h"
#include "mxnet/lowering/graph_writer.h"

namespace joulemark::mx {

/// A product with a constant matrix, to which a bias may still be added.
struct Product {
  Value rows;
  Value matrix;  ///< [columns, size], as FullyConnected has it
};

/// What a name of the model stands for.
struct Operand {
  Value value;
  std::optional<Product> product = std::nullopt;
  /// x in x · (1 + erf(x / √2)) / 2, and how much of that formula the value already is.
  enum class Gelu { kNone, kScaled, kError, kErrorAndOne, kTwice };
  Gelu gelu = Gelu::kNone;
  Value gelu_of = nullptr;
};

using Scope = lowering::Scope<Operand>;

/// Inputs and results of a node; its attributes are those of lowering::NodeCall.
class OpCall : public lowering::NodeCall {
 public:
  OpCall(GraphWriter& graph_writer, const model::OnnxNode& onnx_node, Scope& names)
      : NodeCall(onnx_node), graph(graph_writer), scope(names) {}

  GraphWriter& graph;
  Scope& scope;

  // Inputs, by position.
  Operand& operand(std::size_t i);
  Value tensor(std::size_t i) { return operand(i).value; }
  /// All inputs from `first` on.
  std::vector<Value> tensors(std::size_t first = 0);
  Type type(std::size_t i) { return tensor(i)->type; }
  Ints dims(std::size_t i) { return tensor(i)->dims; }
  std::int64_t rank(std::size_t i) { return static_cast<std::int64_t>(tensor(i)->dims.size()); }
  /// Small integer tensors (shapes, axes, pads) where they depend on no input.
  std::optional<Ints> known_ints(std::size_t i);
  /// The same, or an input of the model as it is bound; JM_UNSUPPORTED when they are computed from
  /// one.
  Ints constant_ints(std::size_t i);
  /// The same of any elements.
  Value constant_tensor(std::size_t i);
  /// The same of real numbers; none where the input is left out.
  std::vector<double> constant_reals(std::size_t i);

  // Results, by position.
  void result(const Value& value, std::size_t i = 0) { result(Operand{value}, i); }
  void result(Operand operand, std::size_t i = 0);

  // Writing.
  Value op(const char* type, const Inputs& inputs, const Attrs& attrs = {}) {
    return graph.op(type, inputs, attrs);
  }
  /// A constant of rank 0 of this type; the second form has rank 1.
  Value scalar(double value, Type type);
  Value ints(const Ints& values);
  /// `value` as `to`; itself when it is already.
  Value cast(const Value& value, Type to);
  /// `axis` counted from the front; JM_INVALID_MODEL when the value has no such axis.
  std::int64_t axis_of(const Value& value, std::int64_t axis) const;
  /// One size may be -1.
  Value reshape(const Value& value, Ints to);
  Value transpose(const Value& value, const Ints& order);
  Value broadcast(const Value& value, const Ints& to);
};

}  // namespace joulemark::mx
