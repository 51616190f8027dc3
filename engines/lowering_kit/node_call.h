// SPDX-License-Identifier: Apache-2.0
// One ONNX node while it is lowered: what of it does not depend on the library that it is lowered
// to. An engine derives its own, which adds inputs, results and writing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/onnx_graph.h"

namespace joulemark::lowering {

using Ints = std::vector<std::int64_t>;

/// Whatever does not fit throws plugin::Failure: JM_UNSUPPORTED for what the table does not cover,
/// JM_INVALID_MODEL for what ONNX does not allow.
class NodeCall {
 public:
  explicit NodeCall(const model::OnnxNode& onnx_node) : node(onnx_node) {}

  const model::OnnxNode& node;

  [[nodiscard]] std::int64_t opset() const { return node.opset; }

  [[nodiscard]] std::size_t input_count() const { return node.inputs.size(); }
  /// Whether input `i` is given; optional ones may be left out.
  [[nodiscard]] bool has(std::size_t i) const;
  [[nodiscard]] std::size_t output_count() const { return node.outputs.size(); }
  /// Whether anybody asked for output `i`.
  [[nodiscard]] bool wants(std::size_t i) const;

  // Attributes; the second argument is the default.
  [[nodiscard]] bool has_attribute(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  [[nodiscard]] double real(std::string_view name, double otherwise) const;
  [[nodiscard]] std::string text(std::string_view name, const std::string& otherwise) const;
  [[nodiscard]] Ints integers(std::string_view name, const Ints& otherwise) const;
  [[nodiscard]] std::vector<double> reals(std::string_view name,
                                          const std::vector<double>& otherwise) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  /// These two: JM_INVALID_MODEL when it is not there.
  [[nodiscard]] const model::OnnxTensor& model_tensor(std::string_view name) const;
  [[nodiscard]] const model::OnnxGraph& graph_attribute(std::string_view name) const;

  [[noreturn]] void unsupported(const std::string& what) const;
  [[noreturn]] void invalid(const std::string& what) const;
};

}  // namespace joulemark::lowering
