// SPDX-License-Identifier: Apache-2.0
// RNN, GRU and LSTM: the steps of a sequence written one behind the other.
#include <string_view>

#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// A longer sequence would make a graph that takes minutes to load.
constexpr std::int64_t kMostSteps = 1024;

enum Input : std::size_t {
  kX,
  kInputWeights,
  kStateWeights,
  kBias,
  kLengths,
  kHidden,
  kCell,
  kPeepholes
};

/// Short forms of what a step is made of.
struct Steps {
  OpCall& call;

  [[nodiscard]] Value add(Value a, Value b) const { return call.op("AddV2", {a, b}); }
  [[nodiscard]] Value mul(Value a, Value b) const { return call.op("Mul", {a, b}); }
  /// 1 − x.
  [[nodiscard]] Value rest(Value x) const {
    return call.op("Sub", {call.scalar(1, call.graph.type(x)), x});
  }
  /// x · weightsᵀ.
  [[nodiscard]] Value product(Value x, Value weights) const {
    return call.op("MatMul", {x, weights}, {{"transpose_b", true}});
  }
  /// Equal parts of an axis.
  [[nodiscard]] std::vector<Value> parts(Value x, std::int64_t count, std::int64_t axis) const {
    if (count == 1) return {x};
    return call.graph.op_all("Split", {call.int_scalar(axis, kInt32), x}, {{"num_split", count}});
  }
};

/// What a direction keeps from step to step: [batch, hidden]; GRU and RNN have no cell.
struct State {
  Value hidden, cell;
};

/// One direction of the node, and what its steps compute with.
struct Direction {
  bool backwards;
  std::vector<std::string> activations;
  Value input;                   ///< [gates · hidden, input]
  std::vector<Value> state;      ///< of each gate: [hidden, hidden]
  std::vector<Value> bias;       ///< of each gate: of the input and the state in one
  Value state_bias;              ///< GRU: that of its last gate alone
  std::vector<Value> peepholes;  ///< LSTM: of i, o, f; none where there are none
};

/// A kind of cell.
struct Kind {
  std::int64_t gates;
  std::vector<std::string> activations;  ///< where the node names none
};

Value activated(OpCall& call, const std::string& name, Value x) {
  if (call.has_attribute("clip")) {
    const double limit = call.real("clip", 0);
    const Type type = call.graph.type(x);
    x = call.op("Minimum",
                {call.op("Maximum", {x, call.scalar(-limit, type)}), call.scalar(limit, type)});
  }
  for (const char* known : {"Sigmoid", "Tanh", "Relu"})
    if (name == known) return call.op(known, {x});
  call.unsupported("activation '" + name + "'");
}

/// Element `at` of the first axis of input `i`.
Value of_direction(OpCall& call, std::size_t i, std::int64_t at) {
  return call.op("GatherV2", {call.tensor(i), call.int_scalar(at), call.int_scalar(0, kInt32)});
}

void read_biases(OpCall& call, const Kind& kind, std::int64_t at, Direction& direction) {
  if (!call.has(kBias)) return;
  const Steps s{call};
  const auto each = s.parts(of_direction(call, kBias, at), 2 * kind.gates, 0);
  const auto count = static_cast<std::size_t>(kind.gates);
  const bool apart = call.node.op_type == "GRU" && call.integer("linear_before_reset", 0) != 0;
  for (std::size_t gate = 0; gate < count; ++gate) {
    const bool own = apart && gate + 1 == count;
    direction.bias.push_back(own ? each[gate] : s.add(each[gate], each[gate + count]));
  }
  direction.state_bias = each.back();
}

Direction read_direction(OpCall& call, const Kind& kind, std::int64_t at) {
  const Steps s{call};
  Direction direction;
  direction.backwards = at == 1 || call.text("direction", "forward") == "reverse";
  const std::vector<std::string> names = call.texts("activations");
  const auto count = static_cast<std::int64_t>(kind.activations.size());
  direction.activations = kind.activations;
  if (static_cast<std::int64_t>(names.size()) >= (at + 1) * count)
    direction.activations.assign(names.begin() + at * count, names.begin() + (at + 1) * count);
  direction.input = of_direction(call, kInputWeights, at);
  direction.state = s.parts(of_direction(call, kStateWeights, at), kind.gates, 0);
  read_biases(call, kind, at, direction);
  if (call.has(kPeepholes)) direction.peepholes = s.parts(of_direction(call, kPeepholes, at), 3, 0);
  return direction;
}

/// What goes into a gate before its activation.
struct Gates {
  const Steps& s;
  const Direction& direction;
  const std::vector<Value>& input;  ///< of each gate: x · Wᵀ

  [[nodiscard]] Value from_input(std::size_t i) const {
    return direction.bias.empty() ? input[i] : s.add(input[i], direction.bias[i]);
  }
  [[nodiscard]] Value from_state(std::size_t i, Value hidden) const {
    return s.product(hidden, direction.state[i]);
  }
  [[nodiscard]] Value sum(std::size_t i, Value hidden) const {
    return s.add(from_input(i), from_state(i, hidden));
  }
  [[nodiscard]] Value peeped(std::size_t i, Value hidden, std::size_t hole, Value cell) const {
    const Value all = sum(i, hidden);
    return direction.peepholes.empty() ? all : s.add(all, s.mul(direction.peepholes[hole], cell));
  }
  [[nodiscard]] Value activate(std::size_t activation, Value x) const {
    return activated(s.call, direction.activations[activation], x);
  }
};

State rnn_step(const Gates& gates, const State& last) {
  return {gates.activate(0, gates.sum(0, last.hidden)), {}};
}

/// Gates: update, reset, new.
State gru_step(const Gates& gates, const State& last) {
  const Steps& s = gates.s;
  const Value update = gates.activate(0, gates.sum(0, last.hidden));
  const Value reset = gates.activate(0, gates.sum(1, last.hidden));
  Value from_state;
  if (s.call.integer("linear_before_reset", 0) != 0) {
    from_state = gates.from_state(2, last.hidden);
    if (gates.direction.state_bias.op != nullptr)
      from_state = s.add(from_state, gates.direction.state_bias);
    from_state = s.mul(reset, from_state);
  } else {
    from_state = gates.from_state(2, s.mul(reset, last.hidden));
  }
  const Value fresh = gates.activate(1, s.add(gates.from_input(2), from_state));
  return {s.add(s.mul(s.rest(update), fresh), s.mul(update, last.hidden)), {}};
}

/// Gates: input, output, forget, cell.
State lstm_step(const Gates& gates, const State& last) {
  const Steps& s = gates.s;
  const Value input = gates.activate(0, gates.peeped(0, last.hidden, 0, last.cell));
  const Value forget = s.call.integer("input_forget", 0) != 0
                           ? s.rest(input)
                           : gates.activate(0, gates.peeped(2, last.hidden, 2, last.cell));
  const Value fresh = gates.activate(1, gates.sum(3, last.hidden));
  const Value cell = s.add(s.mul(forget, last.cell), s.mul(input, fresh));
  const Value output = gates.activate(0, gates.peeped(1, last.hidden, 1, cell));
  // What comes out of a cell is not clipped.
  const std::string& last_activation = gates.direction.activations[2];
  for (const char* known : {"Sigmoid", "Tanh", "Relu"})
    if (last_activation == known) return {s.mul(output, s.call.op(known, {cell})), cell};
  s.call.unsupported("activation '" + last_activation + "'");
}

State step(const Gates& gates, const State& last) {
  const std::string_view op = gates.s.call.node.op_type;
  if (op == "LSTM") return lstm_step(gates, last);
  return op == "GRU" ? gru_step(gates, last) : rnn_step(gates, last);
}

/// All steps of a direction: the hidden state of each, and the last state.
struct Run {
  std::vector<Value> hidden;
  State last;
};

/// Where a sequence has ended the state stays, and what comes out is 0.
void hold_ended(OpCall& call, std::int64_t at, const State& before, State& now, Value& out) {
  if (!call.has(kLengths)) return;
  const Value lengths = call.reshape(call.cast(call.tensor(kLengths), kInt64), Ints{-1, 1});
  const Value runs = call.op("Less", {call.int_scalar(at), lengths});
  const auto chosen = [&](Value yes, Value no) { return call.op("SelectV2", {runs, yes, no}); };
  out = chosen(now.hidden, call.scalar(0, call.graph.type(now.hidden)));
  now.hidden = chosen(now.hidden, before.hidden);
  if (now.cell.op != nullptr) now.cell = chosen(now.cell, before.cell);
}

Run run_direction(OpCall& call, const Kind& kind, const Direction& direction,
                  const std::vector<Value>& steps, const State& start) {
  const Steps s{call};
  Run run{std::vector<Value>(steps.size()), start};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t at = direction.backwards ? steps.size() - 1 - i : i;
    const auto inputs = s.parts(s.product(steps[at], direction.input), kind.gates, 1);
    const State before = run.last;
    run.last = step({s, direction, inputs}, before);
    run.hidden[at] = run.last.hidden;
    hold_ended(call, static_cast<std::int64_t>(at), before, run.last, run.hidden[at]);
  }
  return run;
}

/// [batch, hidden] of one direction; 0 where the input is left out.
Value initial(OpCall& call, std::size_t i, std::int64_t at, Value like) {
  if (call.has(i)) {
    const std::int64_t axis = call.integer("layout", 0) != 0 ? 1 : 0;
    return call.op("GatherV2",
                   {call.tensor(i), call.int_scalar(at), call.int_scalar(axis, kInt32)});
  }
  const std::int64_t size = call.dims_of(call.tensor(kStateWeights))[2];
  const Value sizes = joined(call, {part(call, call.shape(like), 0, 1), call.ints({size})});
  return call.op("Fill", {sizes, call.scalar(0, call.graph.type(like))}, {{"index_type", kInt64}});
}

/// The sequence's steps: [batch, input] each.
std::vector<Value> steps_of(OpCall& call) {
  const std::int64_t axis = call.integer("layout", 0) != 0 ? 1 : 0;
  const Value x = call.tensor(kX);
  const Ints dims = call.dims_of(x);
  if (dims.size() != 3) call.invalid("its input must have rank 3");
  const std::int64_t length = dims[static_cast<std::size_t>(axis)];
  if (length < 0) call.unsupported("a sequence whose length only a run tells");
  if (length > kMostSteps)
    call.unsupported("a sequence of more than " + std::to_string(kMostSteps) + " steps");
  if (length == 0) call.unsupported("a sequence of no steps");
  return call.graph.op_all("Unpack", {x}, {{"num", length}, {"axis", axis}});
}

Value stacked(OpCall& call, const std::vector<Value>& values, std::int64_t axis) {
  return call.op("Pack", {values}, {{"axis", axis}});
}

void recurrent(OpCall& call, const Kind& kind) {
  const std::vector<Value> steps = steps_of(call);
  const std::int64_t directions = call.text("direction", "forward") == "bidirectional" ? 2 : 1;
  const bool batch_first = call.integer("layout", 0) != 0;
  std::vector<Value> all;
  std::vector<Value> hidden;
  std::vector<Value> cells;
  for (std::int64_t at = 0; at < directions; ++at) {
    State start{initial(call, kHidden, at, steps[0]), {}};
    if (kind.gates == 4) start.cell = initial(call, kCell, at, steps[0]);
    const Run run = run_direction(call, kind, read_direction(call, kind, at), steps, start);
    all.push_back(stacked(call, run.hidden, batch_first ? 1 : 0));
    hidden.push_back(run.last.hidden);
    if (kind.gates == 4) cells.push_back(run.last.cell);
  }
  call.result(stacked(call, all, batch_first ? 2 : 1));
  call.result(stacked(call, hidden, batch_first ? 1 : 0), 1);
  if (!cells.empty()) call.result(stacked(call, cells, batch_first ? 1 : 0), 2);
}

void rnn(OpCall& call) {
  recurrent(call, {1, {"Tanh"}});
}

void gru(OpCall& call) {
  recurrent(call, {3, {"Sigmoid", "Tanh"}});
}

void lstm(OpCall& call) {
  recurrent(call, {4, {"Sigmoid", "Tanh", "Tanh"}});
}

constexpr Entry kEntries[] = {
    {"RNN", 7, rnn},
    {"GRU", 7, gru},
    {"LSTM", 7, lstm},
};

}  // namespace

std::span<const Entry> recurrent_family() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
