// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/subgraph.h"

#include "torch_kit/dtypes.h"
#include "torch_kit/lowering/lower.h"

namespace joulemark::torch_kit::ops {
namespace {

/// The model's own word for what no rule could tell.
void believe(OpCall& call, const model::Port& port, const Operand& value) {
  if (value.tensor == nullptr || call.graph.fact(value.tensor) != nullptr || !port.dims) return;
  if (const auto storage = storage_of(port.dtype))
    call.graph.declare(value.tensor, storage->type, static_cast<std::int64_t>(port.dims->size()));
}

}  // namespace

std::vector<Operand> write_subgraph(OpCall& call, const model::OnnxGraph& body, Scope& inner) {
  lower_nodes(call.graph, body, inner);
  std::vector<Operand> values;
  for (const model::Port& output : body.outputs) {
    const Operand* found = inner.find(output.name);
    if (found == nullptr) call.invalid("output '" + output.name + "' is not defined");
    believe(call, output, *found);
    values.push_back(*found);
    if (found->dtype == JM_UNDEFINED) values.back().dtype = output.dtype;
  }
  return values;
}

void give_all(OpCall& call, const std::vector<Operand>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) call.result(results[i], i);
}

}  // namespace joulemark::torch_kit::ops
