// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/plan_lifetimes.h"

namespace joulemark::torch_kit {

Lifetimes::Lifetimes(tj::Graph& graph) {
  walk(graph.block());
  for (const auto& [value, use] : last_)
    if (!use.node->blocks().empty()) ended_[use.node].push_back(value);
}

void Lifetimes::walk(tj::Block* block) {
  for (tj::Node* node : block->nodes()) {
    note_inputs(node);
    for (tj::Block* inner : node->blocks()) walk(inner);
  }
  note_inputs(block->return_node());
}

/// In the order of the program, so that the last note stands.
void Lifetimes::note_inputs(const tj::Node* node) {
  for (const tj::Value* value : node->inputs()) {
    const tj::Node* user = node;
    while (user->owningBlock() != value->node()->owningBlock())
      user = user->owningBlock()->owningNode();
    last_[value] = {user, user != node};
  }
}

bool Lifetimes::ends_at(const tj::Value* value, const tj::Node* node) const {
  const auto found = last_.find(value);
  return found != last_.end() && found->second.node == node && !found->second.inside;
}

std::vector<const tj::Value*> Lifetimes::ended_by(const tj::Node* node) const {
  const auto found = ended_.find(node);
  return found == ended_.end() ? std::vector<const tj::Value*>{} : found->second;
}

}  // namespace joulemark::torch_kit
