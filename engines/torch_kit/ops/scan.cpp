// SPDX-License-Identifier: Apache-2.0
// Scan: a loop over the elements of sequences.
#include "torch_kit/lowering/loop_writer.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/subgraph.h"

namespace joulemark::torch_kit::ops {
namespace {

Ints list(OpCall& call, const char* name, std::size_t count) {
  Ints values = call.integers(name, Ints(count, 0));
  if (values.size() != count) call.invalid(std::string(name) + " has a wrong length");
  return values;
}

/// What the attributes and the body say; `first` is the first input that the body sees.
struct ScanShape {
  ScanShape(OpCall& call, std::size_t first_input)
      : first(first_input),
        body(call.graph_attribute("body")),
        scanned(static_cast<std::size_t>(
            std::max<std::int64_t>(call.integer("num_scan_inputs", 0), 0))) {
    if (scanned == 0 || scanned + first > call.input_count() ||
        body.inputs.size() + first != call.input_count())
      call.invalid("num_scan_inputs and the body's inputs do not fit the node's");
    states = call.input_count() - first - scanned;
    if (body.outputs.size() < states) call.invalid("the body has too few outputs");
    stacked = body.outputs.size() - states;
  }

  std::size_t first;
  const model::OnnxGraph& body;
  std::size_t scanned;
  std::size_t states = 0;
  std::size_t stacked = 0;
  Ints in_axes, in_directions, out_axes, out_directions;
};

void write_body(OpCall& call, const ScanShape& scan, LoopWriter& loop,
                const std::vector<Operand>& sequences) {
  loop.begin();
  const tj::WithInsertPoint at(loop.block());
  Scope inner(&call.scope);
  JitValue* step = loop.iteration().host->elements.front();
  for (std::size_t i = 0; i < scan.states; ++i) inner[scan.body.inputs[i].name] = loop.carried(i);
  for (std::size_t i = 0; i < scan.scanned; ++i) {
    JitValue* element = call.call("aten::select.int", {sequences[i].tensor, scan.in_axes[i], step});
    inner[scan.body.inputs[scan.states + i].name] = Operand{sequences[i].dtype, element, {}, {}};
  }
  OpCall within(call.graph, call.node, inner);
  std::vector<Operand> results = write_subgraph(call, scan.body, inner);
  results.insert(results.begin(), loop.condition());
  loop.end_body(within, results);
}

/// body: (state…, element…) → (state…, element…). Final states, then stacked elements.
std::vector<Operand> write_scan(OpCall& call, const ScanShape& scan, std::vector<Operand> states,
                                std::vector<Operand> sequences) {
  for (std::size_t i = 0; i < scan.scanned; ++i)
    if (scan.in_directions[i] != 0)
      sequences[i].tensor = call.call("aten::flip", {sequences[i].tensor, Ints{scan.in_axes[i]}});
  JitValue* steps = call.size(sequences[0].tensor, scan.in_axes[0]);
  const auto write = [&](LoopWriter& loop, const std::vector<LoopWriter::Carried>& told) {
    for (std::size_t i = 0; i < scan.states; ++i) loop.carry(states[i], told[i]);
    for (std::size_t i = 0; i < scan.stacked; ++i)
      loop.collect({scan.out_axes[i], scan.out_directions[i] != 0});
    write_body(call, scan, loop, sequences);
  };
  return LoopWriter::write_until_known(call, steps, call.constant_value(true), scan.states, write);
}

Operand input(OpCall& call, std::size_t i) {
  return Operand{call.dtype(i), call.tensor(i), {}, {}};
}

void scan(OpCall& call) {
  ScanShape shape(call, 0);
  shape.in_axes = list(call, "scan_input_axes", shape.scanned);
  shape.in_directions = list(call, "scan_input_directions", shape.scanned);
  shape.out_axes = list(call, "scan_output_axes", shape.stacked);
  shape.out_directions = list(call, "scan_output_directions", shape.stacked);
  std::vector<Operand> states;
  std::vector<Operand> sequences;
  for (std::size_t i = 0; i < shape.states; ++i) states.push_back(input(call, i));
  for (std::size_t i = 0; i < shape.scanned; ++i)
    sequences.push_back(input(call, shape.states + i));
  give_all(call, write_scan(call, shape, states, sequences));
}

/// Element `row` of an input's batch.
Operand row_of(OpCall& call, std::size_t i, JitValue* row) {
  return Operand{call.dtype(i), call.call("aten::select.int", {call.tensor(i), 0, row}), {}, {}};
}

/// Opset 8: every input has a batch in front, each row of which is scanned by itself.
void batched_scan(OpCall& call) {
  if (call.has(0)) call.unsupported("sequences of different lengths (sequence_lens) in one batch");
  ScanShape shape(call, 1);
  shape.in_axes = Ints(shape.scanned, 0);
  shape.in_directions = list(call, "directions", shape.scanned);
  shape.out_axes = Ints(shape.stacked, 0);
  shape.out_directions = shape.out_axes;
  LoopWriter rows(call, call.size(call.tensor(1), 0), call.constant_value(true));
  for (std::size_t i = 0; i < shape.body.outputs.size(); ++i) rows.collect({});
  rows.begin();
  {
    const tj::WithInsertPoint at(rows.block());
    Scope inner(&call.scope);
    OpCall within(call.graph, call.node, inner);
    JitValue* row = rows.iteration().host->elements.front();
    std::vector<Operand> states;
    std::vector<Operand> sequences;
    for (std::size_t i = 0; i < shape.states; ++i) states.push_back(row_of(within, i + 1, row));
    for (std::size_t i = 0; i < shape.scanned; ++i)
      sequences.push_back(row_of(within, i + 1 + shape.states, row));
    std::vector<Operand> results = write_scan(within, shape, states, sequences);
    results.insert(results.begin(), rows.condition());
    rows.end_body(within, results);
  }
  give_all(call, rows.finish());
}

constexpr Entry kEntries[] = {
    {"Scan", 9, scan},
    {"Scan", 8, batched_scan, Types::kAsTheyAre, kOnnx, 8},
};

}  // namespace

std::span<const Entry> scans() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
