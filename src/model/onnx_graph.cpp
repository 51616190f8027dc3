// SPDX-License-Identifier: Apache-2.0
// Looking at nodes.
#include "model/onnx_graph.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::model {

const OnnxAttributeValue* OnnxNode::attribute(std::string_view wanted) const {
  const auto found = std::ranges::find(attributes, wanted, &OnnxAttribute::name);
  return found == attributes.end() ? nullptr : &found->value;
}

std::string describe(const OnnxNode& node) {
  if (!node.name.empty()) return fmt::format("node '{}' ({})", node.name, node.op_type);
  const auto named =
      std::ranges::find_if(node.outputs, [](const auto& name) { return !name.empty(); });
  if (named == node.outputs.end()) return fmt::format("a node ({})", node.op_type);
  return fmt::format("node of '{}' ({})", *named, node.op_type);
}

}  // namespace joulemark::model
