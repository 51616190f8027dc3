// SPDX-License-Identifier: Apache-2.0
// A model's own functions, and what one call of one binds. For sources of this layer.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "model/onnx_graph.h"
#include "model/onnx_messages.h"

namespace joulemark::model::onnx {

/// Finds functions. Borrows them.
class FunctionTable {
 public:
  /// Throws InvalidModel when two cannot be told apart.
  explicit FunctionTable(const std::vector<Function>& functions);
  /// What the node calls; null when that is an operator.
  [[nodiscard]] const Function* find(const Node& node) const;

 private:
  using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
  std::map<Key, const Function*> functions_;
};

/// An attribute that a call gives to a function.
struct BoundAttribute {
  AttributeType type;
  std::optional<OnnxAttributeValue> value;  ///< none for graphs, which cannot be referred to
};

/// A function while it is expanded.
struct Call {
  const Function* function;
  const Call* caller;  ///< null in the main graph
  std::string label;   ///< of the node that calls, those around it before it: "layer1/norm"
  std::map<std::string_view, BoundAttribute> attributes = {};
};

/// The bound attribute that `attribute` refers to; null when the call leaves it out and it has no
/// default. `call` is null outside of functions. Throws InvalidModel when it cannot be given on.
const BoundAttribute* referred(const Attribute& attribute, const Call* call);

}  // namespace joulemark::model::onnx
