// SPDX-License-Identifier: Apache-2.0
// Building a plan from a graph. Running it: plan_run.cpp.
#include "torch_kit/plan.h"

#include <torch/csrc/jit/ir/constants.h>

#include <unordered_set>

#include "plugin_kit/status.h"

namespace joulemark::torch_kit {

Plan::Plan(std::shared_ptr<tj::Graph> graph)
    : graph_(std::move(graph)), lifetimes_(std::make_unique<Lifetimes>(*graph_)) {
  for (const tj::Value* value : graph_->inputs()) inputs_.push_back(register_of(value));
  add_block(graph_->block(), root_);
  for (const tj::Value* value : graph_->outputs()) outputs_.push_back(register_of(value));
  lifetimes_.reset();
}

std::uint32_t Plan::register_of(const tj::Value* value) {
  const auto [found, fresh] =
      registers_of_.emplace(value, static_cast<std::uint32_t>(registers_.size()));
  if (fresh) {
    registers_.emplace_back();
    fixed_.push_back(false);
  }
  return found->second;
}

void Plan::add_block(tj::Block* block, Block& out) {
  for (const tj::Value* value : block->inputs()) out.inputs.push_back(register_of(value));
  for (tj::Node* node : block->nodes()) {
    if (node->kind() == tj::prim::Constant)
      add_constant(node);
    else
      add_node(node, out);
  }
  for (const tj::Value* value : block->outputs()) {
    const std::uint32_t place = register_of(value);
    out.outputs.push_back(place);
    if (value->node()->owningBlock() == block && !fixed_[place]) out.own.push_back(place);
  }
  out.own.insert(out.own.end(), out.inputs.begin(), out.inputs.end());
}

void Plan::add_constant(const tj::Node* node) {
  const std::uint32_t place = register_of(node->output());
  registers_[place] = *tj::toIValue(node->output());
  fixed_[place] = true;
}

std::vector<std::uint32_t> Plan::inputs_of(tj::Node* node) {
  // A branch and the limits of a loop are read in place.
  const std::size_t kept = node->kind() == tj::prim::If     ? 1
                           : node->kind() == tj::prim::Loop ? 2
                                                            : 0;
  std::vector<std::uint32_t> places(node->inputs().size());
  std::unordered_set<std::uint32_t> given;
  // From the right: of a value that is given twice only the last one may be handed over.
  for (std::size_t i = places.size(); i-- > 0;) {
    const tj::Value* value = node->inputs()[i];
    const std::uint32_t place = register_of(value);
    const bool moves = i >= kept && !fixed_[place] && lifetimes_->ends_at(value, node) &&
                       given.insert(place).second;
    places[i] = place | (moves ? kMove : 0);
  }
  return places;
}

void Plan::choose_kind(tj::Node* node, Step& step, std::vector<std::uint32_t>& cleared) {
  const auto kind = node->kind();
  if (kind == tj::prim::If || kind == tj::prim::Loop) {
    step.kind = kind == tj::prim::If ? Kind::kIf : Kind::kLoop;
    std::vector<Block> inner(node->blocks().size());
    for (std::size_t i = 0; i < inner.size(); ++i) add_block(node->blocks()[i], inner[i]);
    for (const tj::Value* value : lifetimes_->ended_by(node))
      if (!fixed_[register_of(value)]) cleared.push_back(register_of(value));
    step.index = static_cast<std::uint32_t>(blocks_.size());
    blocks_.push_back(std::move(inner));
  } else if (kind == tj::prim::ListConstruct) {
    step.kind = Kind::kList;
    step.index = static_cast<std::uint32_t>(list_types_.size());
    list_types_.push_back(node->output()->type()->expectRef<c10::ListType>().getElementType());
  } else if (kind == tj::prim::ListUnpack) {
    step.kind = Kind::kUnpack;
  } else if (node->maybeOperator() == nullptr) {
    plugin::fail(JM_UNSUPPORTED, std::string("a plan cannot call ") + kind.toQualString());
  } else if (node->getOperator().isC10Op()) {
    step.kind = Kind::kDispatch;
    step.index = static_cast<std::uint32_t>(handles_.size());
    const c10::OperatorName& op = node->getOperator().schema().operator_name();
    handles_.push_back(*c10::Dispatcher::singleton().findSchema(op));
  } else {
    step.kind = Kind::kOperation;
    step.index = static_cast<std::uint32_t>(operations_.size());
    operations_.push_back(node->getOperation());
  }
}

void Plan::add_node(tj::Node* node, Block& out) {
  Step step{};
  const std::vector<std::uint32_t> inputs = inputs_of(node);
  std::vector<std::uint32_t> cleared;
  choose_kind(node, step, cleared);
  step.first = static_cast<std::uint32_t>(operands_.size());
  step.inputs = static_cast<std::uint32_t>(inputs.size());
  step.outputs = static_cast<std::uint32_t>(node->outputs().size());
  operands_.insert(operands_.end(), inputs.begin(), inputs.end());
  for (const tj::Value* value : node->outputs()) {
    operands_.push_back(register_of(value));
    if (value->uses().empty()) cleared.push_back(register_of(value));
  }
  step.cleared = static_cast<std::uint32_t>(cleared.size());
  operands_.insert(operands_.end(), cleared.begin(), cleared.end());
  out.steps.push_back(step);
  out.nodes.push_back(node);
}

}  // namespace joulemark::torch_kit
