// SPDX-License-Identifier: Apache-2.0
// Functions by domain, name and overload.
#include "model/onnx_functions.h"

#include <fmt/format.h>

namespace joulemark::model::onnx {

FunctionTable::FunctionTable(const std::vector<Function>& functions) {
  for (const Function& function : functions) {
    const Key key{function.domain, function.name, function.overload};
    if (functions_.emplace(key, &function).second) continue;
    throw InvalidModel{fmt::format("function '{}' of domain '{}' is defined more than once",
                                   function.name, function.domain)};
  }
}

const Function* FunctionTable::find(const Node& node) const {
  const auto found = functions_.find({node.domain, node.op_type, node.overload});
  return found == functions_.end() ? nullptr : found->second;
}

const BoundAttribute* referred(const Attribute& attribute, const Call* call) {
  if (call == nullptr) {
    throw InvalidModel{fmt::format("it refers to attribute '{}' of a function, but is in none",
                                   attribute.reference)};
  }
  const auto found = call->attributes.find(attribute.reference);
  if (found == call->attributes.end()) return nullptr;
  const BoundAttribute& bound = found->second;
  if (!bound.value) {
    throw InvalidModel{
        fmt::format("it refers to attribute '{}' of function '{}', whose type {} is "
                    "not supported there",
                    attribute.reference, call->function->name, to_string(bound.type)),
        ErrorKind::kUnsupported};
  }
  if (attribute.declared != AttributeType::kUndefined && attribute.declared != bound.type) {
    throw InvalidModel{
        fmt::format("it refers to attribute '{}' of function '{}' as type {}, but "
                    "that is of type {}",
                    attribute.reference, call->function->name, to_string(attribute.declared),
                    to_string(bound.type))};
  }
  return &bound;
}

}  // namespace joulemark::model::onnx
