// SPDX-License-Identifier: Apache-2.0
// What the parts of a graph take in memory, roughly.
#include "model/onnx_budget.h"

#include <fmt/format.h>

#include "model/onnx_messages.h"

namespace joulemark::model::onnx {
namespace {

template <class T>
std::size_t bytes_of(const T& /*number or graph*/) {
  return sizeof(T);
}
std::size_t bytes_of(const std::string& text) {
  return sizeof(std::string) + text.size();
}
std::size_t bytes_of(const OnnxTensor& tensor);

template <class T>
std::size_t bytes_of(const std::vector<T>& values) {
  std::size_t bytes = sizeof(values);
  for (const T& value : values) bytes += bytes_of(value);
  return bytes;
}

/// Without its data, which copies share.
std::size_t bytes_of(const OnnxTensor& tensor) {
  return sizeof(tensor) + tensor.name.size() + bytes_of(tensor.dims) + bytes_of(tensor.strings);
}

std::size_t bytes_of(const OnnxAttributeValue& attribute) {
  return std::visit([](const auto& value) { return bytes_of(value); }, attribute);
}

std::size_t bytes_of(const std::vector<Port>& ports) {
  std::size_t bytes = 0;
  for (const Port& port : ports) {
    bytes += sizeof(port) + port.name.size();
    if (!port.dims) continue;
    for (const Dim& dim : *port.dims) bytes += sizeof(dim) + dim.symbol.size();
  }
  return bytes;
}

}  // namespace

void Budget::count_node() {
  if (++nodes_ <= kMaxNodes) return;
  throw InvalidModel{
      fmt::format("it has more than {} nodes, those of its functions included", kMaxNodes)};
}

void Budget::count_copy(const OnnxNode& node) {
  std::size_t bytes = sizeof(node) + node.name.size() + node.op_type.size() + node.domain.size() +
                      bytes_of(node.inputs) + bytes_of(node.outputs);
  for (const OnnxAttribute& attribute : node.attributes) {
    bytes += sizeof(attribute) + attribute.name.size() + bytes_of(attribute.value);
  }
  count_bytes(bytes);
}

void Budget::count_copy(const OnnxAttributeValue& value) {
  count_bytes(bytes_of(value));
}

void Budget::count_copy(const OnnxGraph& graph) {
  count_bytes(sizeof(graph) + graph.name.size() + bytes_of(graph.inputs) + bytes_of(graph.outputs) +
              bytes_of(graph.initializers));
}

void Budget::count_parts(std::size_t parts) {
  // What a name takes while its function is expanded.
  constexpr std::size_t kBytes = 128;
  count_bytes(parts * kBytes);
}

void Budget::count_bytes(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ <= kMaxExpandedBytes) return;
  throw InvalidModel{
      fmt::format("its functions expand to more than {} MiB of nodes", kMaxExpandedBytes >> 20)};
}

}  // namespace joulemark::model::onnx
