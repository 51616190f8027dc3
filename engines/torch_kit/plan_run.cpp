// SPDX-License-Identifier: Apache-2.0
// Running a plan.
#include "torch_kit/plan.h"

namespace joulemark::torch_kit {

std::vector<c10::IValue> Plan::run(const std::vector<c10::IValue>& inputs) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) registers_[inputs_[i]] = inputs[i];
  try {
    execute(root_);
  } catch (...) {
    clear_all();
    throw;
  }
  std::vector<c10::IValue> outputs;
  outputs.reserve(outputs_.size());
  for (const std::uint32_t place : outputs_) outputs.push_back(registers_[place]);
  for (const std::uint32_t place : outputs_)
    if (!fixed_[place]) registers_[place] = c10::IValue();
  for (const std::uint32_t place : inputs_) registers_[place] = c10::IValue();
  return outputs;
}

std::string Plan::position() const {
  return at_ == nullptr ? "" : at_->sourceRange().text().str();
}

void Plan::clear_all() {
  stack_.clear();
  for (std::size_t i = 0; i < registers_.size(); ++i)
    if (!fixed_[i]) registers_[i] = c10::IValue();
}

void Plan::execute(const Block& block) {
  for (std::size_t i = 0; i < block.steps.size(); ++i) {
    at_ = block.nodes[i];
    execute(block.steps[i]);
  }
}

void Plan::execute(const Step& step) {
  const std::uint32_t* in = &operands_[step.first];
  const std::uint32_t* out = in + step.inputs;
  if (step.kind == Kind::kIf)
    branch(step, in, out);
  else if (step.kind == Kind::kLoop)
    loop(step, in, out);
  else
    call(step, in, out);
  for (std::uint32_t i = 0; i < step.cleared; ++i)
    registers_[out[step.outputs + i]] = c10::IValue();
}

c10::IValue Plan::take(std::uint32_t operand) {
  if ((operand & kMove) != 0) return std::move(registers_[operand & ~kMove]);
  return registers_[operand];
}

void Plan::call(const Step& step, const std::uint32_t* in, const std::uint32_t* out) {
  for (std::uint32_t i = 0; i < step.inputs; ++i) stack_.push_back(take(in[i]));
  if (step.kind == Kind::kDispatch)
    handles_[step.index].callBoxed(&stack_);
  else if (step.kind == Kind::kOperation)
    operations_[step.index](stack_);
  else if (step.kind == Kind::kUnpack)
    unpack_list(step);
  else
    make_list(step);
  for (std::uint32_t i = step.outputs; i-- > 0;) {
    registers_[out[i]] = std::move(stack_.back());
    stack_.pop_back();
  }
}

void Plan::make_list(const Step& step) {
  c10::impl::GenericList list(list_types_[step.index]);
  list.reserve(step.inputs);
  const auto first = stack_.end() - step.inputs;
  for (auto it = first; it != stack_.end(); ++it) list.push_back(std::move(*it));
  stack_.erase(first, stack_.end());
  stack_.emplace_back(std::move(list));
}

void Plan::unpack_list(const Step& step) {
  const c10::IValue list = std::move(stack_.back());
  stack_.pop_back();
  const c10::List<c10::IValue> elements = list.toList();
  if (elements.size() != step.outputs)
    TORCH_CHECK(false, "a list has ", elements.size(), " elements, not ", step.outputs);
  for (std::size_t i = 0; i < elements.size(); ++i) stack_.push_back(elements.get(i));
}

void Plan::branch(const Step& step, const std::uint32_t* in, const std::uint32_t* out) {
  const Block& taken = blocks_[step.index][registers_[in[0]].toBool() ? 0 : 1];
  execute(taken);
  for (std::uint32_t i = 0; i < step.outputs; ++i)
    registers_[out[i]] = registers_[taken.outputs[i]];
  for (const std::uint32_t place : taken.own) registers_[place] = c10::IValue();
}

void Plan::loop(const Step& step, const std::uint32_t* in, const std::uint32_t* out) {
  const Block& body = blocks_[step.index][0];
  const std::int64_t limit = registers_[in[0]].toInt();
  bool go = registers_[in[1]].toBool();
  // Between two iterations the carried values stand in the outputs' registers.
  for (std::uint32_t i = 0; i < step.outputs; ++i) registers_[out[i]] = take(in[i + 2]);
  for (std::int64_t iteration = 0; iteration < limit && go; ++iteration) {
    registers_[body.inputs[0]] = iteration;
    for (std::uint32_t i = 0; i < step.outputs; ++i)
      registers_[body.inputs[i + 1]] = std::move(registers_[out[i]]);
    execute(body);
    go = registers_[body.outputs[0]].toBool();
    for (std::uint32_t i = 0; i < step.outputs; ++i)
      registers_[out[i]] = registers_[body.outputs[i + 1]];
    for (const std::uint32_t place : body.own) registers_[place] = c10::IValue();
  }
}

}  // namespace joulemark::torch_kit
