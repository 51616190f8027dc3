// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/node_call.h"

#include "plugin_kit/status.h"

namespace joulemark::lowering {
namespace {

/// Null when the node has no such attribute.
template <class T>
const T* held(const NodeCall& call, std::string_view name) {
  const model::OnnxAttributeValue* value = call.node.attribute(name);
  if (value == nullptr) return nullptr;
  const T* of_type = std::get_if<T>(value);
  if (of_type == nullptr) call.invalid("attribute '" + std::string(name) + "' has a wrong type");
  return of_type;
}

template <class T>
const T& needed(const NodeCall& call, std::string_view name) {
  const T* value = held<T>(call, name);
  if (value == nullptr) call.invalid("it has no attribute '" + std::string(name) + "'");
  return *value;
}

template <class T>
T held_or(const NodeCall& call, std::string_view name, const T& otherwise) {
  const T* value = held<T>(call, name);
  return value == nullptr ? otherwise : *value;
}

}  // namespace

bool NodeCall::has(std::size_t i) const {
  return i < node.inputs.size() && !node.inputs[i].empty();
}

bool NodeCall::wants(std::size_t i) const {
  return i < node.outputs.size() && !node.outputs[i].empty();
}

bool NodeCall::has_attribute(std::string_view name) const {
  return node.attribute(name) != nullptr;
}

std::int64_t NodeCall::integer(std::string_view name, std::int64_t otherwise) const {
  return held_or<std::int64_t>(*this, name, otherwise);
}

double NodeCall::real(std::string_view name, double otherwise) const {
  const float* value = held<float>(*this, name);
  return value == nullptr ? otherwise : *value;
}

std::string NodeCall::text(std::string_view name, const std::string& otherwise) const {
  return held_or<std::string>(*this, name, otherwise);
}

Ints NodeCall::integers(std::string_view name, const Ints& otherwise) const {
  return held_or<Ints>(*this, name, otherwise);
}

std::vector<double> NodeCall::reals(std::string_view name,
                                    const std::vector<double>& otherwise) const {
  const auto* list = held<std::vector<float>>(*this, name);
  return list == nullptr ? otherwise : std::vector<double>(list->begin(), list->end());
}

std::vector<std::string> NodeCall::texts(std::string_view name) const {
  return held_or<std::vector<std::string>>(*this, name, {});
}

const model::OnnxTensor& NodeCall::model_tensor(std::string_view name) const {
  return needed<model::OnnxTensor>(*this, name);
}

const model::OnnxGraph& NodeCall::graph_attribute(std::string_view name) const {
  return *needed<std::shared_ptr<const model::OnnxGraph>>(*this, name);
}

void NodeCall::unsupported(const std::string& what) const {
  plugin::fail(JM_UNSUPPORTED, what);
}

void NodeCall::invalid(const std::string& what) const {
  plugin::fail(JM_INVALID_MODEL, what);
}

}  // namespace joulemark::lowering
