// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/ops/subgraph.h"

#include "lowering_kit/outer_names.h"
#include "tensorflow/lowering/lower.h"

namespace joulemark::tf::ops {
namespace {

/// The model's own word for a rank that no rule could tell.
void believe(GraphWriter& graph, const model::Port& port, Value value) {
  if (graph.dims(value) || !port.dims) return;
  graph.declare(value, Ints(port.dims->size(), -1));
}

}  // namespace

void see_around(OpCall& call, const model::OnnxGraph& body, FunctionWriter& function,
                Scope& inner) {
  for (const std::string& name : lowering::outer_names(body)) {
    Operand* outer = call.scope.find(name);
    if (outer == nullptr) continue;  // the node that reads it says so
    if (outer->weight != nullptr && outer->keep == Keep::kConstant)
      inner[name] = Operand{{}, outer->weight};
    else
      inner[name] = Operand{function.captured(call.written(*outer))};
  }
}

std::vector<Value> write_subgraph(OpCall& call, const model::OnnxGraph& body, GraphWriter& graph,
                                  Scope& inner) {
  lower_nodes(graph, body, inner);
  OpCall within(graph, call.node, inner);
  std::vector<Value> values;
  for (const model::Port& output : body.outputs) {
    if (output.kind != model::ValueKind::kTensor && output.kind != model::ValueKind::kUnknown)
      call.unsupported("'" + output.name + "' is a " + model::to_string(output.kind));
    Operand* found = inner.find(output.name);
    if (found == nullptr) call.invalid("output '" + output.name + "' is not defined");
    values.push_back(within.written(*found));
    believe(graph, output, values.back());
  }
  return values;
}

void give_all(OpCall& call, const std::vector<Value>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) call.result(results[i], i);
}

}  // namespace joulemark::tf::ops
