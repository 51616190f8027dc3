// SPDX-License-Identifier: Apache-2.0
// Scan: a loop over the elements of sequences.
#include <algorithm>

#include "tensorflow/lowering/loop_writer.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/subgraph.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

Ints list(OpCall& call, const char* name, std::size_t count) {
  Ints values = call.integers(name, Ints(count, 0));
  if (values.size() != count) call.invalid(std::string(name) + " has a wrong length");
  return values;
}

/// What the attributes and the body say.
struct Shape {
  explicit Shape(OpCall& call)
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

  const model::OnnxGraph& body;
  std::size_t scanned, states, stacked;
  Ints in_axes, in_directions, out_axes, out_directions;
};

Value reversed(OpCall& call, Value x, std::int64_t axis) {
  return call.op("ReverseV2", {x, call.ints({axis}, kInt32)});
}

/// The sequences, each with its steps on the first axis, in the order in which they are read.
std::vector<Value> sequences_of(OpCall& call, const Shape& shape) {
  std::vector<Value> all;
  for (std::size_t i = 0; i < shape.scanned; ++i) {
    Value x = call.tensor(shape.states + i);
    const std::int64_t axis = call.axis_of(x, shape.in_axes[i]);
    Ints order = iota(call.rank_of(x));
    order.erase(order.begin() + axis);
    order.insert(order.begin(), axis);
    x = call.transpose(x, order);
    all.push_back(shape.in_directions[i] != 0 ? reversed(call, x, 0) : x);
  }
  return all;
}

TurnEnd write_body(OpCall& call, const Shape& shape, const std::vector<Value>& sequences,
                   Turn& turn) {
  Scope inner;
  see_around(call, shape.body, turn.function, inner);
  OpCall within(turn.function.graph(), call.node, inner);
  for (std::size_t i = 0; i < shape.states; ++i)
    inner[shape.body.inputs[i].name] = Operand{turn.carried[i]};
  for (std::size_t i = 0; i < shape.scanned; ++i) {
    const Value step = within.op("GatherV2", {turn.function.captured(sequences[i]), turn.iteration,
                                              within.int_scalar(0, kInt32)});
    inner[shape.body.inputs[shape.states + i].name] = Operand{step};
  }
  const auto all = write_subgraph(call, shape.body, turn.function.graph(), inner);
  const auto behind = all.begin() + static_cast<std::ptrdiff_t>(shape.states);
  return {std::nullopt, {all.begin(), behind}, {behind, all.end()}};
}

/// What was stacked from the steps, in the node's order and on its axis.
Value placed(OpCall& call, Value x, std::int64_t axis, std::int64_t direction) {
  if (direction != 0) x = reversed(call, x, 0);
  if (axis == 0) return x;
  Ints order = iota(call.rank_of(x));
  order.erase(order.begin());
  order.insert(order.begin() + call.axis_of(x, axis), 0);
  return call.transpose(x, order);
}

/// body: (state…, element…) → (state…, element…).
void scan(OpCall& call) {
  const Shape shape(call);
  const std::vector<Value> sequences = sequences_of(call, shape);
  Loop loop;
  loop.limit = size_of_axis(call, sequences.front(), 0);
  for (std::size_t i = 0; i < shape.states; ++i) loop.carried.push_back(call.tensor(i));
  loop.collected = shape.stacked;
  auto results =
      write_loop(call, loop, [&](Turn& turn) { return write_body(call, shape, sequences, turn); });
  for (std::size_t i = 0; i < shape.stacked; ++i) {
    Value& out = results[shape.states + i];
    out = placed(call, out, shape.out_axes[i], shape.out_directions[i]);
  }
  give_all(call, results);
}

constexpr Entry kEntries[] = {
    {"Scan", 9, scan},
};

}  // namespace

std::span<const Entry> scans() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
