// SPDX-License-Identifier: Apache-2.0
// RNN, GRU and LSTM: the steps of a sequence written one behind the other, or as a loop where a run
// tells how many there are.
#include <string_view>

#include "tensorflow/lowering/loop_writer.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// A longer sequence is a loop, which loads faster and is no slower.
constexpr std::int64_t kMostSteps = 16;

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
  Value state;        ///< [gates · hidden, hidden]; of a GRU that resets first [2 · …]
  Value fresh_state;  ///< of such a GRU: that of its last gate
  Value state_bias;   ///< of another: that of its last gate alone, where it has one
  std::vector<Value> peepholes;  ///< LSTM: of i, o, f; none where there are none
  Value lengths;                 ///< of the sequences: int64 [batch, 1]; none where all are whole
};

/// A kind of cell.
struct Kind {
  std::int64_t gates;
  std::vector<std::string> activations;  ///< where the node names none
};

bool resets_first(const OpCall& call) {
  return call.node.op_type == "GRU" && call.integer("linear_before_reset", 0) == 0;
}
bool resets_last(const OpCall& call) {
  return call.node.op_type == "GRU" && !resets_first(call);
}

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

/// What is added to the gates: those of the input and of the state in one. Nothing where there are
/// none.
std::optional<Value> bias_of(OpCall& call, const Kind& kind, std::int64_t at,
                             Direction& direction) {
  if (!call.has(kBias)) return std::nullopt;
  const Steps s{call};
  const auto both = s.parts(of_direction(call, kBias, at), 2, 0);
  if (!resets_last(call)) return s.add(both[0], both[1]);
  auto of_state = s.parts(both[1], kind.gates, 0);
  direction.state_bias = of_state.back();
  of_state.back() = call.op("ZerosLike", {of_state.back()});
  return s.add(both[0], call.op("ConcatV2", {of_state, call.int_scalar(0, kInt32)}));
}

void read_state_weights(OpCall& call, std::int64_t at, Direction& direction) {
  direction.state = of_direction(call, kStateWeights, at);
  if (!resets_first(call)) return;
  const Steps s{call};
  const auto each = s.parts(direction.state, 3, 0);
  direction.state =
      call.op("ConcatV2", {std::vector<Value>{each[0], each[1]}, call.int_scalar(0, kInt32)});
  direction.fresh_state = each[2];
}

Direction read_direction(OpCall& call, const Kind& kind, std::int64_t at) {
  const Steps s{call};
  Direction direction{};
  direction.backwards = at == 1 || call.text("direction", "forward") == "reverse";
  const std::vector<std::string> names = call.texts("activations");
  const auto count = static_cast<std::int64_t>(kind.activations.size());
  direction.activations = kind.activations;
  if (static_cast<std::int64_t>(names.size()) >= (at + 1) * count)
    direction.activations.assign(names.begin() + at * count, names.begin() + (at + 1) * count);
  read_state_weights(call, at, direction);
  if (call.has(kPeepholes)) direction.peepholes = s.parts(of_direction(call, kPeepholes, at), 3, 0);
  if (call.has(kLengths))
    direction.lengths = call.reshape(call.cast(call.tensor(kLengths), kInt64), Ints{-1, 1});
  return direction;
}

/// A step of a direction. `input`: what the input and the biases give the gates.
struct Gates {
  const Steps& s;
  const Direction& direction;
  Value input;  ///< [batch, gates · hidden]

  [[nodiscard]] Value activate(std::size_t activation, Value x) const {
    return activated(s.call, direction.activations[activation], x);
  }
  [[nodiscard]] Value peeped(Value x, std::size_t hole, Value cell) const {
    return direction.peepholes.empty() ? x : s.add(x, s.mul(direction.peepholes[hole], cell));
  }
};

State rnn_step(const Gates& gates, const State& last) {
  const Steps& s = gates.s;
  const Value from_state = s.product(last.hidden, gates.direction.state);
  return {gates.activate(0, s.add(gates.input, from_state)), {}};
}

/// Gates: update, reset, new.
State gru_step(const Gates& gates, const State& last) {
  const Steps& s = gates.s;
  const Direction& direction = gates.direction;
  const bool first = direction.fresh_state.op != nullptr;
  const auto input = s.parts(gates.input, 3, 1);
  const auto of_state = s.parts(s.product(last.hidden, direction.state), first ? 2 : 3, 1);
  const Value update = gates.activate(0, s.add(input[0], of_state[0]));
  const Value reset = gates.activate(0, s.add(input[1], of_state[1]));
  Value kept;
  if (first) {
    kept = s.product(s.mul(reset, last.hidden), direction.fresh_state);
  } else {
    const bool biased = direction.state_bias.op != nullptr;
    kept = s.mul(reset, biased ? s.add(of_state[2], direction.state_bias) : of_state[2]);
  }
  const Value fresh = gates.activate(1, s.add(input[2], kept));
  return {s.add(s.mul(s.rest(update), fresh), s.mul(update, last.hidden)), {}};
}

/// Gates: input, output, forget, cell.
State lstm_step(const Gates& gates, const State& last) {
  const Steps& s = gates.s;
  const auto all = s.parts(s.add(gates.input, s.product(last.hidden, gates.direction.state)), 4, 1);
  const Value input = gates.activate(0, gates.peeped(all[0], 0, last.cell));
  const Value forget = s.call.integer("input_forget", 0) != 0
                           ? s.rest(input)
                           : gates.activate(0, gates.peeped(all[2], 2, last.cell));
  const Value fresh = gates.activate(1, all[3]);
  const Value cell = s.add(s.mul(forget, last.cell), s.mul(input, fresh));
  const Value output = gates.activate(0, gates.peeped(all[1], 1, cell));
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

/// One step: the new state, and what comes out.
struct Stepped {
  State state;
  Value out;
};

/// Where a sequence has ended the state stays, and what comes out is 0.
Stepped held(OpCall& call, Value runs, const State& before, State now) {
  const auto chosen = [&](Value yes, Value no) { return call.op("SelectV2", {runs, yes, no}); };
  const Value out = chosen(now.hidden, call.scalar(0, call.graph.type(now.hidden)));
  now.hidden = chosen(now.hidden, before.hidden);
  if (now.cell.op != nullptr) now.cell = chosen(now.cell, before.cell);
  return {now, out};
}

/// Step `at` (int64) of a direction. `input`: [batch, gates · hidden].
Stepped stepped(OpCall& call, const Direction& direction, Value input, Value at,
                const State& before) {
  const Steps s{call};
  const State now = step({s, direction, input}, before);
  if (direction.lengths.op == nullptr) return {now, now.hidden};
  return held(call, call.op("Less", {at, direction.lengths}), before, now);
}

/// All steps of a direction: [steps, batch, hidden], and the last state.
struct Run {
  Value hidden;
  State last;
};

/// `input`: [steps, batch, gates · hidden].
Run run_written_out(OpCall& call, const Direction& direction, Value input, const State& start) {
  const std::int64_t count = call.dims_of(input)[0];
  const auto steps = call.graph.op_all("Unpack", {input}, {{"num", count}, {"axis", 0}});
  std::vector<Value> hidden(steps.size());
  State last = start;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t at = direction.backwards ? steps.size() - 1 - i : i;
    const Value number = call.int_scalar(static_cast<std::int64_t>(at));
    const Stepped now = stepped(call, direction, steps[at], number, last);
    last = now.state;
    hidden[at] = now.out;
  }
  return {call.op("Pack", {hidden}, {{"axis", 0}}), last};
}

/// The same values inside of a loop.
Direction captured(FunctionWriter& function, Direction direction) {
  const auto capture = [&](Value& value) {
    if (value.op != nullptr) value = function.captured(value);
  };
  for (Value& hole : direction.peepholes) capture(hole);
  capture(direction.state);
  capture(direction.fresh_state);
  capture(direction.state_bias);
  capture(direction.lengths);
  return direction;
}

Run run_loop(OpCall& call, const Direction& direction, Value input, const State& start) {
  const Value count = size_of_axis(call, input, 0);
  Loop loop{count, std::nullopt, {start.hidden}, 1};
  if (start.cell.op != nullptr) loop.carried.push_back(start.cell);
  auto results = write_loop(call, loop, [&](Turn& turn) {
    OpCall within(turn.function.graph(), call.node, call.scope);
    const Direction inside = captured(turn.function, direction);
    Value at = turn.iteration;
    if (direction.backwards)
      at = within.op("Sub",
                     {within.op("Sub", {turn.function.captured(count), at}), within.int_scalar(1)});
    const Value row =
        within.op("GatherV2", {turn.function.captured(input), at, within.int_scalar(0, kInt32)});
    State before{turn.carried[0], {}};
    if (turn.carried.size() > 1) before.cell = turn.carried[1];
    const Stepped now = stepped(within, inside, row, at, before);
    TurnEnd end{std::nullopt, {now.state.hidden}, {now.out}};
    if (now.state.cell.op != nullptr) end.carried.push_back(now.state.cell);
    return end;
  });
  if (direction.backwards)
    results.back() = call.op("ReverseV2", {results.back(), call.ints({0}, kInt32)});
  return {results.back(), {results[0], results.size() > 2 ? results[1] : Value{}}};
}

/// [batch, hidden] of one direction; 0 where the input is left out. `like`: the sequence.
Value initial(OpCall& call, std::size_t i, std::int64_t at, Value like) {
  if (call.has(i)) {
    const std::int64_t axis = call.integer("layout", 0) != 0 ? 1 : 0;
    return call.op("GatherV2",
                   {call.tensor(i), call.int_scalar(at), call.int_scalar(axis, kInt32)});
  }
  const std::int64_t size = call.dims_of(call.tensor(kStateWeights))[2];
  const Value sizes = joined(call, {part(call, call.shape(like), 1, 2), call.ints({size})});
  return call.op("Fill", {sizes, call.scalar(0, call.graph.type(like))}, {{"index_type", kInt64}});
}

/// The sequence, with its steps on the first axis: [steps, batch, input].
Value sequence_of(OpCall& call) {
  const Value x = of_rank(call, call.tensor(kX), 3);
  return call.integer("layout", 0) != 0 ? call.transpose(x, {1, 0, 2}) : x;
}

/// What the input and the biases give the gates, of all steps in one product: [steps, batch,
/// gates · hidden].
Value projected(OpCall& call, Value x, std::int64_t at, const std::optional<Value>& bias) {
  const Value weights = of_direction(call, kInputWeights, at);
  const std::int64_t width = call.dims_of(call.tensor(kInputWeights))[2];
  if (width < 0) call.unsupported("weights whose sizes only a run tells");
  Value rows = Steps{call}.product(call.reshape(x, Ints{-1, width}), weights);
  if (bias) rows = call.op("BiasAdd", {rows, *bias});
  return call.reshape(
      rows, joined(call, {part(call, call.shape(x), 0, 2), part(call, call.shape(weights), 0, 1)}));
}

Value stacked(OpCall& call, const std::vector<Value>& values, std::int64_t axis) {
  return call.op("Pack", {values}, {{"axis", axis}});
}

void recurrent(OpCall& call, const Kind& kind) {
  const Value x = sequence_of(call);
  const std::int64_t count = call.dims_of(x)[0];
  const std::int64_t directions = call.text("direction", "forward") == "bidirectional" ? 2 : 1;
  const bool batch_first = call.integer("layout", 0) != 0;
  const auto run = count > 0 && count <= kMostSteps ? run_written_out : run_loop;
  std::vector<Value> all;
  std::vector<Value> hidden;
  std::vector<Value> cells;
  for (std::int64_t at = 0; at < directions; ++at) {
    State start{initial(call, kHidden, at, x), {}};
    if (kind.gates == 4) start.cell = initial(call, kCell, at, x);
    Direction direction = read_direction(call, kind, at);
    const auto bias = bias_of(call, kind, at, direction);
    const Run made = run(call, direction, projected(call, x, at, bias), start);
    all.push_back(made.hidden);
    hidden.push_back(made.last.hidden);
    if (kind.gates == 4) cells.push_back(made.last.cell);
  }
  // [steps, directions, batch, hidden], or with the batch in front.
  const Value y = stacked(call, all, 1);
  call.result(batch_first ? call.transpose(y, {2, 0, 1, 3}) : y);
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
