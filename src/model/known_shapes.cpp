// SPDX-License-Identifier: Apache-2.0
// Models are untrusted: a dimension that is absurd makes a shape unknown, never an overflow.
#include "model/known_shapes.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace joulemark::model {
namespace {

/// Tensors that say a shape are short.
constexpr std::size_t kMostIntegers = 64;
constexpr std::int64_t kLargestDim = std::int64_t{1} << 40;

bool is_sane(const Dims& dims) {
  return dims.size() <= kMostIntegers && std::all_of(dims.begin(), dims.end(), [](std::int64_t d) {
           return d >= 0 && d <= kLargestDim;
         });
}

std::int64_t element(const OnnxTensor& tensor, std::size_t index) {
  if (tensor.dtype == JM_INT32) {
    std::int32_t value = 0;
    std::memcpy(&value, tensor.data.data() + index * sizeof value, sizeof value);
    return value;
  }
  std::int64_t value = 0;
  std::memcpy(&value, tensor.data.data() + index * sizeof value, sizeof value);
  return value;
}

}  // namespace

double product(const Dims& dims) {
  double count = 1;
  for (const std::int64_t dim : dims) count *= static_cast<double>(std::max<std::int64_t>(dim, 0));
  return count;
}

std::int64_t integer_or(const OnnxNode& node, std::string_view name, std::int64_t otherwise) {
  const OnnxAttributeValue* value = node.attribute(name);
  const auto* integer = value != nullptr ? std::get_if<std::int64_t>(value) : nullptr;
  return integer != nullptr ? *integer : otherwise;
}

Dims integers_of(const OnnxNode& node, std::string_view name) {
  const OnnxAttributeValue* value = node.attribute(name);
  const auto* list = value != nullptr ? std::get_if<Dims>(value) : nullptr;
  return list != nullptr ? *list : Dims{};
}

KnownShapes::KnownShapes(const OnnxGraph& graph, const std::map<std::string, Dims>& inputs) {
  for (const auto& [name, dims] : inputs)
    if (is_sane(dims)) shapes_[name] = {dims, true};
  for (const OnnxTensor& tensor : graph.initializers) {
    weights_[tensor.name] = &tensor;
    if (is_sane(tensor.dims)) shapes_[tensor.name] = {tensor.dims, true};
    keep_integers(tensor, tensor.name);
  }
}

void KnownShapes::keep_integers(const OnnxTensor& tensor, const std::string& name) {
  if (tensor.dtype != JM_INT64 && tensor.dtype != JM_INT32) return;
  const std::size_t width = tensor.dtype == JM_INT32 ? 4 : 8;
  const std::size_t count = tensor.data.size() / width;
  if (count > kMostIntegers || tensor.dims.size() > 1) return;
  Dims& values = integers_[name];
  for (std::size_t i = 0; i < count; ++i) values.push_back(element(tensor, i));
}

void KnownShapes::pass(const OnnxNode& node) {
  if (node.outputs.empty() || node.outputs.front().empty()) return;
  const std::string& name = node.outputs.front();
  if (node.op_type == "Constant" && node.domain.empty()) {
    const OnnxAttributeValue* value = node.attribute("value");
    const auto* tensor = value != nullptr ? std::get_if<OnnxTensor>(value) : nullptr;
    if (tensor == nullptr) return;
    if (is_sane(tensor->dims)) shapes_[name] = {tensor->dims, true};
    keep_integers(*tensor, name);
    return;
  }
  if (auto values = output_integers(*this, node); values && values->size() <= kMostIntegers)
    integers_[name] = *std::move(values);
  if (auto shape = output_shape(*this, node); shape && is_sane(shape->dims))
    shapes_[name] = *std::move(shape);
}

const KnownShape* KnownShapes::find(const std::string& name) const {
  const auto found = shapes_.find(name);
  return found == shapes_.end() ? nullptr : &found->second;
}

const KnownShape* KnownShapes::input(const OnnxNode& node, std::size_t index) const {
  return index < node.inputs.size() ? find(node.inputs[index]) : nullptr;
}

const OnnxTensor* KnownShapes::weight(const std::string& name) const {
  const auto found = weights_.find(name);
  return found == weights_.end() ? nullptr : found->second;
}

const Dims* KnownShapes::integers(const OnnxNode& node, std::size_t index) const {
  if (index >= node.inputs.size()) return nullptr;
  const auto found = integers_.find(node.inputs[index]);
  return found == integers_.end() ? nullptr : &found->second;
}

}  // namespace joulemark::model
