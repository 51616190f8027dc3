// SPDX-License-Identifier: Apache-2.0
// Attributes as values of their declared type. For sources of this layer.
#pragma once

#include "model/onnx_graph.h"
#include "model/onnx_messages.h"
#include "model/onnx_weights.h"

namespace joulemark::model::onnx {

/// The type of the value: the declared one, or where a file older than that field declares none,
/// the one that is there. Throws InvalidModel when the value is of another type, with kUnsupported
/// for types that OnnxAttributeValue lacks.
AttributeType type_of(const Attribute& attribute);

/// GRAPH or GRAPHS.
inline bool is_graph(AttributeType type) {
  return type == AttributeType::kGraph || type == AttributeType::kGraphs;
}

/// The value of an attribute that is neither a graph nor a list of graphs (`type`). Throws
/// InvalidModel.
OnnxAttributeValue plain_value(const Attribute& attribute, AttributeType type, Weights& weights);

}  // namespace joulemark::model::onnx
