// SPDX-License-Identifier: Apache-2.0
// From onnx.AttributeProto.AttributeType to the alternatives of OnnxAttributeValue.
#include "model/onnx_attributes.h"

#include <fmt/format.h>

#include <bit>

namespace joulemark::model::onnx {
namespace {

OnnxTensor tensor_value(const Tensor& message, Weights& weights) {
  auto tensor = weights.tensor(message);
  if (!tensor) throw InvalidModel{tensor.error().message, tensor.error().kind};
  return std::move(*tensor);
}

std::vector<OnnxTensor> tensor_values(const std::vector<Tensor>& messages, Weights& weights) {
  std::vector<OnnxTensor> tensors;
  for (const Tensor& message : messages) tensors.push_back(tensor_value(message, weights));
  return tensors;
}

/// A single number that is not written has its default, as in every protobuf message.
template <class T>
T only(const std::vector<T>& values) {
  return values.empty() ? T() : values.front();
}

}  // namespace

AttributeType type_of(const Attribute& attribute) {
  const std::uint32_t found = attribute.found;
  AttributeType type = attribute.declared;
  if (type == AttributeType::kUndefined) {
    if (std::popcount(found) != 1) throw InvalidModel{"it has no type"};
    type = static_cast<AttributeType>(std::countr_zero(found));
  }
  if (type > AttributeType::kGraphs) {
    throw InvalidModel{fmt::format("type {} is not supported", to_string(type)),
                       ErrorKind::kUnsupported};
  }
  if ((found & ~(1u << static_cast<std::uint32_t>(type))) != 0) {
    throw InvalidModel{
        fmt::format("it should be of type {} and holds another one", to_string(type))};
  }
  const bool needs_value = type == AttributeType::kTensor || type == AttributeType::kGraph;
  if (needs_value && found == 0) throw InvalidModel{"it has no value"};
  return type;
}

OnnxAttributeValue plain_value(const Attribute& attribute, AttributeType type, Weights& weights) {
  switch (type) {
    case AttributeType::kFloat:
      return only(attribute.floats);
    case AttributeType::kInt:
      return only(attribute.ints);
    case AttributeType::kString:
      return std::string(only(attribute.strings));
    case AttributeType::kTensor:
      return tensor_value(attribute.tensors.front(), weights);
    case AttributeType::kFloats:
      return attribute.floats;
    case AttributeType::kInts:
      return attribute.ints;
    case AttributeType::kStrings:
      return std::vector<std::string>(attribute.strings.begin(), attribute.strings.end());
    default:
      return tensor_values(attribute.tensors, weights);
  }
}

}  // namespace joulemark::model::onnx
