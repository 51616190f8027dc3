// SPDX-License-Identifier: Apache-2.0
// If and Loop: sub-graphs become blocks of the graph, which see the values around them.
#include "torch_kit/lowering/host_arithmetic.h"
#include "torch_kit/lowering/loop_writer.h"
#include "torch_kit/lowering/sequences.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/subgraph.h"

namespace joulemark::torch_kit::ops {
namespace {

std::vector<Operand> write_branch(OpCall& call, const model::OnnxGraph& branch) {
  Scope inner(&call.scope);
  std::vector<Operand> values = write_subgraph(call, branch, inner);
  if (values.size() != call.output_count()) call.invalid("a branch has other outputs");
  return values;
}

/// Sequences of any length whose elements have one type and rank.
void join_lists(GraphWriter& graph, JitValue* result, JitValue* a, JitValue* b) {
  const Fact* left = graph.fact(a);
  const Fact* right = graph.fact(b);
  if (left == nullptr || right == nullptr || !left->example.isTensorList() ||
      !right->example.isTensorList())
    return;
  const std::vector<at::Tensor> first = left->example.toTensorVector();
  const std::vector<at::Tensor> second = right->example.toTensorVector();
  if (first.empty() || second.empty() || first[0].dim() != second[0].dim() ||
      first[0].scalar_type() != second[0].scalar_type())
    return;
  graph.set_fact(result, {left->example, false});
}

/// What is known whichever branch runs.
void join_facts(GraphWriter& graph, JitValue* result, JitValue* a, JitValue* b) {
  if (is_list(a)) return join_lists(graph, result, a, b);
  const auto type = graph.scalar_type(a);
  if (!type || graph.scalar_type(b) != type) return;
  const auto left = graph.example(a);
  const auto right = graph.example(b);
  if (!left || !right || left->dim() != right->dim()) return graph.open_rank(result, *type);
  const bool exact =
      graph.fact(a)->exact && graph.fact(b)->exact && left->sizes() == right->sizes();
  graph.set_fact(result, {*left, exact});
}

void lower_if(OpCall& call) {
  JitValue* condition = as_type(call, call.number(0), at::kBool);
  const model::OnnxGraph& then_branch = call.graph_attribute("then_branch");
  const model::OnnxGraph& else_branch = call.graph_attribute("else_branch");
  if (const auto known = call.graph.value_of(condition)) {
    auto values = write_branch(call, known->toBool() ? then_branch : else_branch);
    for (std::size_t i = 0; i < values.size(); ++i) call.result(values[i], i);
    return;
  }
  tj::Node* node = call.graph.insert(tj::prim::If, {condition}, call.output_count());
  std::vector<std::vector<Operand>> results;
  for (const model::OnnxGraph* branch : {&then_branch, &else_branch}) {
    tj::Block* block = node->addBlock();
    const tj::WithInsertPoint at(block);
    results.push_back(write_branch(call, *branch));
    for (Operand& value : results.back()) {
      value.tensor = as_value(call, value);
      block->registerOutput(value.tensor);
    }
  }
  for (std::size_t i = 0; i < call.output_count(); ++i) {
    if (is_list(results[0][i].tensor) != is_list(results[1][i].tensor))
      call.invalid("an output is a tensor in one branch and a sequence in the other");
    if (is_list(results[0][i].tensor)) node->outputs()[i]->setType(results[0][i].tensor->type());
    join_facts(call.graph, node->outputs()[i], results[0][i].tensor, results[1][i].tensor);
    call.result(Operand{results[0][i].dtype, node->outputs()[i], {}, {}}, i);
  }
}

void write_loop_body(OpCall& call, const model::OnnxGraph& body, LoopWriter& loop,
                     std::size_t carried) {
  loop.begin();
  const tj::WithInsertPoint at(loop.block());
  Scope inner(&call.scope);
  inner[body.inputs[0].name] = loop.iteration();
  inner[body.inputs[1].name] = loop.condition();
  for (std::size_t i = 0; i < carried; ++i) inner[body.inputs[i + 2].name] = loop.carried(i);
  OpCall within(call.graph, call.node, inner);
  loop.end_body(within, write_subgraph(call, body, inner));
}

/// body: (iteration, condition, carried…) → (condition, carried…, collected…).
void lower_loop(OpCall& call) {
  const model::OnnxGraph& body = call.graph_attribute("body");
  const std::size_t carried = call.input_count() - std::min<std::size_t>(call.input_count(), 2);
  if (body.inputs.size() != carried + 2 || body.outputs.size() < carried + 1)
    call.invalid("the body's inputs and outputs do not fit the loop's");
  JitValue* limit = call.has(0) ? as_type(call, call.number(0), at::kLong)
                                : call.constant_value(std::int64_t{INT64_MAX});
  JitValue* go = call.has(1) ? as_type(call, call.number(1), at::kBool) : call.constant_value(true);
  const auto write = [&](LoopWriter& loop, const std::vector<LoopWriter::Carried>& told) {
    for (std::size_t i = 0; i < carried; ++i) loop.carry(call.operand(i + 2), told[i]);
    for (std::size_t i = carried + 1; i < body.outputs.size(); ++i) loop.collect({});
    write_loop_body(call, body, loop, carried);
  };
  give_all(call, LoopWriter::write_until_known(call, limit, go, carried, write));
}

constexpr Entry kEntries[] = {
    {"If", 1, lower_if},
    {"Loop", 1, lower_loop},
};

}  // namespace

std::span<const Entry> control_flow() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
