// SPDX-License-Identifier: Apache-2.0
// Decoding of the messages that hold each other. For the sources that decode.
#pragma once

#include <cstddef>
#include <string_view>

#include "model/onnx_messages.h"
#include "model/wire.h"

namespace joulemark::model::onnx {

/// Messages in one file: a decoded one takes up to a hundred times its bytes. A hundred thousand
/// nodes with twenty parts each fit.
inline constexpr std::size_t kMaxMessages = 2'000'000;

/// Decodes the messages of one file. Every method throws protozero::exception on broken bytes, and
/// InvalidModel beyond kMaxDepth and kMaxMessages. `depth` counts the graphs around.
class Decoder {
 public:
  Function read_function(std::string_view bytes);
  Graph read_graph(std::string_view bytes, int depth);
  Node read_node(std::string_view bytes, int depth);

 private:
  Attribute read_attribute(std::string_view bytes, int depth);
  /// The current field of an attribute: a number or text, or a message.
  void read_value(wire::Reader& reader, Attribute& attribute, int depth);
  void read_message_value(wire::Reader& reader, Attribute& attribute, int depth);
  SparseTensor read_sparse_tensor(std::string_view bytes);
  Tensor read_tensor(std::string_view bytes);
  Port read_graph_port(wire::Reader& reader);
  void count_message();

  std::size_t messages_ = 0;
};

/// "ai.onnx", the long spelling of the default domain, becomes "".
std::string_view normal_domain(std::string_view domain);

/// Adds an OperatorSetIdProto.
void read_opset(wire::Reader reader, Opsets& opsets);

}  // namespace joulemark::model::onnx
