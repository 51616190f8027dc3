// SPDX-License-Identifier: Apache-2.0
// If and Loop: sub-graphs become functions, which see the values around them as arguments.
#include <algorithm>

#include "tensorflow/lowering/loop_writer.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/subgraph.h"

namespace joulemark::tf::ops {
namespace {

struct Branch {
  explicit Branch(OpCall& call) : function(call.graph) {}
  FunctionWriter function;
  std::vector<Value> results;
};

void write_branch(OpCall& call, const model::OnnxGraph& graph, Branch& branch) {
  Scope inner;
  see_around(call, graph, branch.function, inner);
  branch.results = write_subgraph(call, graph, branch.function.graph(), inner);
  if (branch.results.size() != call.output_count()) call.invalid("a branch has other outputs");
}

/// What the results of an If have in common, whichever branch runs.
Attrs common_attributes(OpCall& call, Branch& then, Branch& otherwise) {
  GraphWriter& a = then.function.graph();
  GraphWriter& b = otherwise.function.graph();
  std::vector<Type> types;
  std::vector<Dims> shapes;
  for (std::size_t i = 0; i < then.results.size(); ++i) {
    const Value left = then.results[i];
    const Value right = otherwise.results[i];
    if (a.type(left) != b.type(right)) call.invalid("its branches give other element types");
    types.push_back(a.type(left));
    shapes.push_back(joined_dims(a.dims(left), b.dims(right)));
  }
  return {{"Tout", types}, {"output_shapes", shapes}, {"_lower_using_switch_merge", true}};
}

void write_if(OpCall& call, Value condition, const model::OnnxGraph& yes,
              const model::OnnxGraph& no) {
  Branch then(call);
  Branch otherwise(call);
  write_branch(call, yes, then);
  // Both take the same arguments in the same order.
  for (const Value outer : then.function.captures()) otherwise.function.captured(outer);
  write_branch(call, no, otherwise);
  const std::vector<Value> captures = otherwise.function.captures();
  for (const Value outer : captures) then.function.captured(outer);
  Attrs attrs = common_attributes(call, then, otherwise);
  attrs.emplace_back("then_branch", then.function.finish(then.results));
  attrs.emplace_back("else_branch", otherwise.function.finish(otherwise.results));
  give_all(call, call.graph.op_all("StatelessIf", {condition, captures}, attrs));
}

void lower_if(OpCall& call) {
  const model::OnnxGraph& then = call.graph_attribute("then_branch");
  const model::OnnxGraph& otherwise = call.graph_attribute("else_branch");
  if (const auto known = call.known_ints(0); known && known->size() == 1) {
    const model::OnnxGraph& branch = known->front() != 0 ? then : otherwise;
    Scope inner(&call.scope);
    const auto results = write_subgraph(call, branch, call.graph, inner);
    if (results.size() != call.output_count()) call.invalid("a branch has other outputs");
    return give_all(call, results);
  }
  write_if(call, call.reshape(call.tensor(0), Ints{}), then, otherwise);
}

/// body: (iteration, condition, carried…) → (condition, carried…, collected…).
TurnEnd write_body(OpCall& call, const model::OnnxGraph& body, Turn& turn) {
  Scope inner;
  see_around(call, body, turn.function, inner);
  OpCall within(turn.function.graph(), call.node, inner);
  inner[body.inputs[0].name] = Operand{turn.iteration};
  inner[body.inputs[1].name] = Operand{within.scalar(1, kBool)};
  for (std::size_t i = 0; i < turn.carried.size(); ++i)
    inner[body.inputs[i + 2].name] = Operand{turn.carried[i]};
  const auto all = write_subgraph(call, body, turn.function.graph(), inner);
  const auto behind = all.begin() + 1 + static_cast<std::ptrdiff_t>(turn.carried.size());
  return {all.front(), {all.begin() + 1, behind}, {behind, all.end()}};
}

void lower_loop(OpCall& call) {
  const model::OnnxGraph& body = call.graph_attribute("body");
  const std::size_t carried = call.input_count() - std::min<std::size_t>(call.input_count(), 2);
  if (body.inputs.size() != carried + 2 || body.outputs.size() < carried + 1)
    call.invalid("the body's inputs and outputs do not fit the loop's");
  Loop loop;
  if (call.has(0)) loop.limit = call.cast(call.tensor(0), kInt64);
  if (call.has(1)) loop.go = call.tensor(1);
  loop.carried = call.tensors(2);
  loop.collected = body.outputs.size() - carried - 1;
  give_all(call, write_loop(call, loop, [&](Turn& turn) { return write_body(call, body, turn); }));
}

constexpr Entry kEntries[] = {
    {"If", 1, lower_if},
    {"Loop", 1, lower_loop},
};

}  // namespace

std::span<const Entry> control_flow() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
