// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/loop_writer.h"

#include <ATen/ops/empty.h>

#include "torch_kit/dtypes.h"
#include "torch_kit/lowering/host_arithmetic.h"
#include "torch_kit/lowering/sequences.h"

namespace joulemark::torch_kit {

LoopWriter::LoopWriter(OpCall& call, JitValue* limit, JitValue* go)
    : call_(call),
      node_(call.graph.graph()->create(tj::prim::Loop, {limit, go}, 0)),
      block_(node_->addBlock()),
      iteration_(block_->addInput()->setType(c10::IntType::get())) {
  call_.graph.set_fact(iteration_, {std::int64_t{0}, false});
}

void LoopWriter::carry(Operand& start, Carried carried) {
  JitValue* value = as_value(call_, start);
  node_->addInput(value);
  JitValue* inside = block_->addInput();
  if (is_list(value)) inside->setType(value->type());
  // Sizes may change from one iteration to the next.
  if (const Fact* known = call_.graph.fact(value);
      known != nullptr && !known->example.isNone() && carried == Carried::kAsStarted)
    call_.graph.set_fact(inside, {known->example, false});
  else if (const auto type = call_.graph.scalar_type(value))
    call_.graph.open_rank(inside, *type);
  carried_in_.push_back(Operand{start.dtype, inside, {}, {}});
  carrying_.push_back(carried);
}

void LoopWriter::collect(Stacking stacking) {
  node_->addInput(call_.graph.tensor_list({}));
  collected_.push_back({stacking, block_->addInput()->setType(c10::ListType::ofTensors())});
}

void LoopWriter::begin() {
  call_.graph.graph()->insertNode(node_);
}

Operand LoopWriter::iteration() const {
  return Operand{JM_INT64, nullptr, HostNumbers{0, {iteration_}}, {}};
}

Operand LoopWriter::condition() {
  // The body only runs while the condition holds.
  JitValue* yes = call_.scalar_tensor(true, at::kBool);
  return Operand{JM_BOOL, yes, {}, {}};
}

void LoopWriter::end_body(OpCall& within, std::vector<Operand> results) {
  block_->registerOutput(as_type(within, within.number_of(results.at(0)), at::kBool));
  end_carried(within, results);
  for (std::size_t i = 0; i < collected_.size(); ++i) {
    Operand& element = results.at(1 + carried_in_.size() + i);
    collected_[i].element = within.as_tensor(element);
    collected_[i].dtype = element.dtype;
    within.call("aten::append.t", {collected_[i].inside, collected_[i].element});
    block_->registerOutput(collected_[i].inside);
  }
}

void LoopWriter::end_carried(OpCall& within, std::vector<Operand>& results) {
  for (std::size_t i = 0; i < carried_in_.size(); ++i) {
    JitValue* value = as_value(within, results.at(i + 1));
    carried_out_.push_back(value);
    carried_in_[i].dtype = results[i + 1].dtype;
    block_->registerOutput(value);
  }
}

/// Whether an iteration leaves the carried value the type and the rank that the body was written
/// for.
bool LoopWriter::keeps(std::size_t i) {
  const auto before = call_.graph.example(carried_in_[i].tensor);
  const auto after = call_.graph.example(carried_out_[i]);
  return before && after && before->dim() == after->dim() &&
         before->scalar_type() == after->scalar_type();
}

/// Carried values that are not what carry() was told.
std::vector<std::size_t> LoopWriter::changed() {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < carried_in_.size(); ++i)
    if (carrying_[i] == Carried::kAsStarted && call_.graph.example(carried_in_[i].tensor) &&
        !keeps(i))
      all.push_back(i);
  return all;
}

std::vector<Operand> LoopWriter::write_until_known(OpCall& call, JitValue* limit, JitValue* go,
                                                   std::size_t carried, const Write& write) {
  std::vector<Carried> told(carried, Carried::kAsStarted);
  for (;;) {
    LoopWriter loop(call, limit, go);
    write(loop, told);
    const std::vector<std::size_t> changed = loop.changed();
    if (changed.empty()) return loop.finish();
    call.graph.start_over(loop.node_);
    for (const std::size_t i : changed) told[i] = Carried::kChanging;
  }
}

std::vector<Operand> LoopWriter::finish() {
  std::vector<Operand> results;
  for (std::size_t i = 0; i < carried_in_.size(); ++i) {
    JitValue* value = node_->addOutput();
    if (is_list(carried_out_[i])) {
      value->setType(carried_out_[i]->type());
      if (const Fact* known = call_.graph.fact(carried_out_[i]))
        call_.graph.set_fact(value, {known->example, false});
    } else if (keeps(i)) {
      call_.graph.set_fact(value, {*call_.graph.example(carried_out_[i]), false});
    } else if (const auto type = call_.graph.scalar_type(carried_out_[i])) {
      call_.graph.open_rank(value, *type);
    }
    results.push_back(Operand{carried_in_[i].dtype, value, {}, {}});
  }
  std::vector<JitValue*> lists;
  for (std::size_t i = 0; i < collected_.size(); ++i)
    lists.push_back(node_->addOutput()->setType(c10::ListType::ofTensors()));
  for (std::size_t i = 0; i < collected_.size(); ++i)
    results.push_back(stacked(collected_[i], lists[i]));
  return results;
}

Operand LoopWriter::stacked(const Collected& collected, JitValue* list) {
  const auto element = call_.graph.example(collected.element);
  JitValue* value = element ? stack_or_nothing(collected, list, *element)
                            : call_.call("aten::stack", {list, 0});  // fails where there is nothing
  if (collected.stacking.last_first) value = call_.call("aten::flip", {value, Ints{0}});
  if (collected.stacking.axis != 0)
    value = call_.call("aten::movedim.int", {value, 0, collected.stacking.axis});
  return Operand{collected.dtype, value, {}, {}};
}

JitValue* LoopWriter::stack_or_nothing(const Collected& collected, JitValue* list,
                                       const at::Tensor& element) {
  const bool exact = call_.graph.fact(collected.element)->exact;
  Ints dims = element.sizes().vec();
  for (std::int64_t& dim : dims)
    if (!exact && dim >= GraphWriter::kOpenSize) dim = 0;
  dims.insert(dims.begin(), 0);
  const at::TensorOptions options(element.scalar_type());
  JitValue* nothing = call_.constant_value(at::empty(dims, options.device(call_.graph.device())));
  JitValue* any = call_.call("aten::gt.int", {call_.call("aten::len.t", {list}), 0});
  tj::Node* choice = call_.graph.insert(tj::prim::If, {any}, 1);
  tj::Block* some = choice->addBlock();
  {
    const tj::WithInsertPoint at(some);
    some->registerOutput(call_.call("aten::stack", {list, 0}));
  }
  choice->addBlock()->registerOutput(nothing);
  dims = element.sizes().vec();
  dims.insert(dims.begin(), GraphWriter::kOpenSize);
  call_.graph.set_fact(choice->output(), {at::empty(dims, options.device(at::kMeta)), false});
  return choice->output();
}

}  // namespace joulemark::torch_kit
