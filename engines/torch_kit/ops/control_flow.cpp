// SPDX-License-Identifier: Apache-2.0
// If and Loop: sub-graphs become blocks of the graph, which see the values around them.
#include <ATen/ops/empty.h>

#include "torch_kit/dtypes.h"
#include "torch_kit/lowering/host_arithmetic.h"
#include "torch_kit/lowering/loop_writer.h"
#include "torch_kit/lowering/lower.h"
#include "torch_kit/lowering/sequences.h"
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

/// The values of a sub-graph's outputs, its nodes written at the present place.
std::vector<Operand> write_branch(OpCall& call, const model::OnnxGraph& branch) {
  Scope inner = call.scope;
  lower_nodes(call.graph, branch, inner);
  OpCall within(call.graph, call.node, inner);
  std::vector<Operand> values;
  for (const model::Port& output : branch.outputs) {
    const auto found = inner.find(output.name);
    if (found == inner.end()) call.invalid("output '" + output.name + "' is not defined");
    found->second.tensor = as_value(within, found->second);
    values.push_back(found->second);
  }
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
  const auto left = graph.example(a);
  const auto right = graph.example(b);
  if (!left || !right || left->dim() != right->dim() || left->scalar_type() != right->scalar_type())
    return;
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
    if (results.back().size() != call.output_count()) call.invalid("a branch has other outputs");
    for (const Operand& value : results.back()) block->registerOutput(value.tensor);
  }
  for (std::size_t i = 0; i < call.output_count(); ++i) {
    if (is_list(results[0][i].tensor) != is_list(results[1][i].tensor))
      call.invalid("an output is a tensor in one branch and a sequence in the other");
    if (is_list(results[0][i].tensor)) node->outputs()[i]->setType(results[0][i].tensor->type());
    join_facts(call.graph, node->outputs()[i], results[0][i].tensor, results[1][i].tensor);
    call.result(Operand{results[0][i].dtype, node->outputs()[i], {}, {}}, i);
  }
}

/// What the body's outputs are, its nodes written at the present place.
std::vector<Operand> write_body(OpCall& call, const model::OnnxGraph& body, Scope& inner) {
  lower_nodes(call.graph, body, inner);
  std::vector<Operand> results;
  for (const model::Port& output : body.outputs) {
    const auto found = inner.find(output.name);
    if (found == inner.end()) call.invalid("output '" + output.name + "' is not defined");
    results.push_back(found->second);
  }
  return results;
}

void give_all(OpCall& call, const std::vector<Operand>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) call.result(results[i], i);
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
  LoopWriter loop(call, limit, go);
  for (std::size_t i = 0; i < carried; ++i) loop.carry(call.operand(i + 2));
  for (std::size_t i = carried + 1; i < body.outputs.size(); ++i) loop.collect({});
  loop.begin();
  {
    const tj::WithInsertPoint at(loop.block());
    Scope inner = call.scope;
    inner[body.inputs[0].name] = loop.iteration();
    inner[body.inputs[1].name] = loop.condition();
    for (std::size_t i = 0; i < carried; ++i) inner[body.inputs[i + 2].name] = loop.carried(i);
    OpCall within(call.graph, call.node, inner);
    loop.end_body(within, write_body(call, body, inner));
  }
  give_all(call, loop.finish());
}

/// Scan since opset 9, which has no batch axis, as its attributes say it.
struct ScanShape {
  explicit ScanShape(OpCall& call)
      : body(call.graph_attribute("body")),
        scanned(static_cast<std::size_t>(
            std::max<std::int64_t>(call.integer("num_scan_inputs", 0), 0))) {
    if (scanned == 0 || scanned > call.input_count() || body.inputs.size() != call.input_count())
      call.invalid("num_scan_inputs and the body's inputs do not fit the node's");
    states = call.input_count() - scanned;
    if (body.outputs.size() < states) call.invalid("the body has too few outputs");
    stacked = body.outputs.size() - states;
    in_axes = list(call, "scan_input_axes", scanned);
    in_directions = list(call, "scan_input_directions", scanned);
    out_axes = list(call, "scan_output_axes", stacked);
    out_directions = list(call, "scan_output_directions", stacked);
  }
  static Ints list(OpCall& call, const char* name, std::size_t count) {
    Ints values = call.integers(name, Ints(count, 0));
    if (values.size() != count) call.invalid(std::string(name) + " has a wrong length");
    return values;
  }

  const model::OnnxGraph& body;
  std::size_t scanned;
  std::size_t states = 0;
  std::size_t stacked = 0;
  Ints in_axes, in_directions, out_axes, out_directions;
};

/// body: (state…, element…) → (state…, element…).
void lower_scan(OpCall& call) {
  const ScanShape scan(call);
  std::vector<JitValue*> sequences;
  for (std::size_t i = 0; i < scan.scanned; ++i) {
    JitValue* sequence = call.tensor(scan.states + i);
    if (scan.in_directions[i] != 0)
      sequence = call.call("aten::flip", {sequence, Ints{scan.in_axes[i]}});
    sequences.push_back(sequence);
  }
  LoopWriter loop(call, call.size(sequences[0], scan.in_axes[0]), call.constant_value(true));
  for (std::size_t i = 0; i < scan.states; ++i) loop.carry(call.operand(i));
  for (std::size_t i = 0; i < scan.stacked; ++i)
    loop.collect({scan.out_axes[i], scan.out_directions[i] != 0});
  loop.begin();
  {
    const tj::WithInsertPoint at(loop.block());
    Scope inner = call.scope;
    JitValue* step = loop.iteration().host->elements.front();
    for (std::size_t i = 0; i < scan.states; ++i) inner[scan.body.inputs[i].name] = loop.carried(i);
    for (std::size_t i = 0; i < scan.scanned; ++i) {
      JitValue* element = call.call("aten::select.int", {sequences[i], scan.in_axes[i], step});
      inner[scan.body.inputs[scan.states + i].name] =
          Operand{call.dtype(scan.states + i), element, {}, {}};
    }
    OpCall within(call.graph, call.node, inner);
    std::vector<Operand> results = write_body(call, scan.body, inner);
    results.insert(results.begin(), loop.condition());
    loop.end_body(within, results);
  }
  give_all(call, loop.finish());
}

/// Scan of opset 8 runs over axis 1, once for each of a batch, and pads: no exporter wrote it.
void lower_batched_scan(OpCall& call) {
  call.unsupported("Scan of opset 8, with a batch axis, is not covered");
}

constexpr Entry kEntries[] = {
    {"If", 1, lower_if},
    {"Loop", 1, lower_loop},
    {"Scan", 9, lower_scan},
    {"Scan", 8, lower_batched_scan, Types::kAsTheyAre, kOnnx, 8},
};

}  // namespace

std::span<const Entry> control_flow() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
