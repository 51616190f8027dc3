// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/at_node.h"

namespace joulemark::lowering {

std::string name_of(const model::OnnxNode& node) {
  if (!node.name.empty()) return node.name;
  for (const std::string& output : node.outputs)
    if (!output.empty()) return output;
  return "?";
}

std::string operator_of(const model::OnnxNode& node) {
  return (node.domain.empty() ? "" : node.domain + ".") + node.op_type;
}

void fail_at(const model::OnnxNode& node, jm_status status, const std::string& why) {
  throw NodeFailure{{status, "node '" + name_of(node) + "' (" + operator_of(node) + ", opset " +
                                 std::to_string(node.opset) + "): " + why}};
}

}  // namespace joulemark::lowering
