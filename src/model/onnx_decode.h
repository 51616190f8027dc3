// SPDX-License-Identifier: Apache-2.0
// Decoders of the messages that hold each other. For the sources that decode.
#pragma once

#include <string_view>

#include "model/onnx_messages.h"

/// `depth` counts the graphs around. All throw protozero::exception on broken bytes, and
/// InvalidModel beyond kMaxDepth.
namespace joulemark::model::onnx {

Graph read_graph(std::string_view bytes, int depth);
Node read_node(std::string_view bytes, int depth);
Attribute read_attribute(std::string_view bytes, int depth);
Tensor read_tensor(std::string_view bytes);
SparseTensor read_sparse_tensor(std::string_view bytes);

/// "ai.onnx", the long spelling of the default domain, becomes "".
std::string_view normal_domain(std::string_view domain);

}  // namespace joulemark::model::onnx
