// SPDX-License-Identifier: Apache-2.0
// A node's attributes, each by its type.
#include "torch_kit/lowering/op_call.h"
#include "torch_kit/tensors.h"

namespace joulemark::torch_kit {
namespace {

template <class T>
const T& as(const OpCall& call, std::string_view name, const model::OnnxAttributeValue& value) {
  const T* held = std::get_if<T>(&value);
  if (held == nullptr) call.invalid("attribute '" + std::string(name) + "' has a wrong type");
  return *held;
}

}  // namespace

const model::OnnxAttributeValue* OpCall::find(std::string_view name) const {
  return node.attribute(name);
}

bool OpCall::has_attribute(std::string_view name) const {
  return find(name) != nullptr;
}

std::int64_t OpCall::integer(std::string_view name, std::int64_t otherwise) {
  const auto* value = find(name);
  return value == nullptr ? otherwise : as<std::int64_t>(*this, name, *value);
}

double OpCall::real(std::string_view name, double otherwise) {
  const auto* value = find(name);
  return value == nullptr ? otherwise : as<float>(*this, name, *value);
}

std::string OpCall::text(std::string_view name, const std::string& otherwise) {
  const auto* value = find(name);
  return value == nullptr ? otherwise : as<std::string>(*this, name, *value);
}

Ints OpCall::integers(std::string_view name, const Ints& otherwise) {
  const auto* value = find(name);
  return value == nullptr ? otherwise : as<Ints>(*this, name, *value);
}

std::vector<double> OpCall::reals(std::string_view name, const std::vector<double>& otherwise) {
  const auto* value = find(name);
  if (value == nullptr) return otherwise;
  const auto& list = as<std::vector<float>>(*this, name, *value);
  return {list.begin(), list.end()};
}

std::vector<std::string> OpCall::texts(std::string_view name) {
  const auto* value = find(name);
  return value == nullptr ? std::vector<std::string>{}
                          : as<std::vector<std::string>>(*this, name, *value);
}

at::Tensor OpCall::tensor_attribute(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) invalid("it has no attribute '" + std::string(name) + "'");
  return from_model(as<model::OnnxTensor>(*this, name, *value), graph.device());
}

const model::OnnxGraph& OpCall::graph_attribute(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) invalid("it has no attribute '" + std::string(name) + "'");
  return *as<std::shared_ptr<const model::OnnxGraph>>(*this, name, *value);
}

}  // namespace joulemark::torch_kit
