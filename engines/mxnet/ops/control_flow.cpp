// SPDX-License-Identifier: Apache-2.0
// Graphs inside of nodes. A symbol has none: what is known when it is written decides.
#include "mxnet/lowering/lower.h"
#include "mxnet/ops/families.h"

namespace joulemark::mx::ops {
namespace {

void if_entry(OpCall& call) {
  const Ints condition = call.constant_ints(0);
  if (condition.size() != 1) call.invalid("its condition is not one truth value");
  const model::OnnxGraph& branch =
      call.graph_attribute(condition[0] != 0 ? "then_branch" : "else_branch");
  Scope inner(&call.scope);
  lower_nodes(call.graph, branch, inner);
  for (std::size_t i = 0; i < branch.outputs.size(); ++i) {
    const Operand* found = inner.find(branch.outputs[i].name);
    if (found == nullptr)
      call.invalid("its branch does not define '" + branch.outputs[i].name + "'");
    call.result(*found, i);
  }
}

constexpr Entry kEntries[] = {
    {"If", 1, if_entry},
};

}  // namespace

std::span<const Entry> control_flow() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
