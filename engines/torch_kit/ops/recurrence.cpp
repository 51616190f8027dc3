// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/recurrence.h"

#include <algorithm>

#include "torch_kit/dtypes.h"
#include "torch_kit/lowering/loop_writer.h"
#include "torch_kit/ops/arithmetic.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {
namespace {

constexpr std::size_t kLengths = 4;
constexpr std::size_t kHidden = 5;
constexpr std::size_t kCellState = 6;
constexpr std::size_t kPeepholes = 7;

std::vector<std::string> usual_activations(Cell cell) {
  if (cell == Cell::kLstm) return {"Sigmoid", "Tanh", "Tanh"};
  if (cell == Cell::kGru) return {"Sigmoid", "Tanh"};
  return {"Tanh"};
}

/// `count` equal parts of the last axis.
std::vector<JitValue*> parts(OpCall& call, JitValue* value, std::int64_t count, std::int64_t size) {
  std::vector<JitValue*> all;
  for (std::int64_t i = 0; i < count; ++i)
    all.push_back(call.call("aten::slice.Tensor", {value, -1, i * size, (i + 1) * size, 1}));
  return all;
}

}  // namespace

Recurrence::Recurrence(OpCall& call, Cell cell) : call_(call), cell_(cell) {
  const std::string direction = call.text("direction", "forward");
  both_ = direction == "bidirectional";
  reverse_ = direction == "reverse";
  if (!both_ && !reverse_ && direction != "forward")
    call.invalid("direction '" + direction + "' is none of ONNX's");
  batch_first_ = call.integer("layout", 0) != 0;
  size_ = call.integer("hidden_size", 0);
  if (size_ < 1) call.invalid("hidden_size must be positive");
  read_activations();
}

std::size_t Recurrence::kinds() const {
  return usual_activations(cell_).size();
}

void Recurrence::read_activations() {
  std::vector<std::string> names = call_.texts("activations");
  const std::vector<std::string> usual = usual_activations(cell_);
  if (names.empty())
    for (std::int64_t d = 0; d < directions(); ++d)
      names.insert(names.end(), usual.begin(), usual.end());
  if (names.size() != usual.size() * static_cast<std::size_t>(directions()))
    call_.invalid("activations has a wrong length");
  const std::vector<double> alphas = call_.reals("activation_alpha", {});
  const std::vector<double> betas = call_.reals("activation_beta", {});
  std::size_t alpha = 0;
  std::size_t beta = 0;
  for (const std::string& name : names) {
    Activation activation{name};
    const int count = parameters_of(name);
    if (count > 0 && alpha < alphas.size()) activation.alpha = alphas[alpha++];
    if (count > 1 && beta < betas.size()) activation.beta = betas[beta++];
    activations_.push_back(activation);
  }
}

const Activation& Recurrence::activation(std::int64_t direction, std::size_t which) const {
  return activations_.at(static_cast<std::size_t>(direction) * kinds() + which);
}

bool Recurrence::has_fused_form() const {
  if (call_.has(kLengths) || call_.has_attribute("clip")) return false;
  if (cell_ == Cell::kGru && call_.integer("linear_before_reset", 0) == 0) return false;
  if (cell_ == Cell::kLstm && (call_.has(kPeepholes) || call_.integer("input_forget", 0) != 0))
    return false;
  if (cell_ == Cell::kRnn)
    return std::ranges::all_of(activations_, [&](const Activation& one) {
      return one.name == activations_[0].name && (one.name == "Tanh" || one.name == "Relu");
    });
  const std::vector<std::string> usual = usual_activations(cell_);
  for (std::size_t i = 0; i < activations_.size(); ++i)
    if (activations_[i].name != usual[i % usual.size()]) return false;
  return true;
}

Weights Recurrence::weights(std::int64_t direction) const {
  const auto of = [&](std::size_t input) {
    return call_.call("aten::select.int", {call_.tensor(input), 0, direction});
  };
  Weights weights{of(1), of(2)};
  if (call_.has(3)) {
    JitValue* half = floor_div(call_, call_.size(call_.tensor(3), 1), int_constant(call_, 2));
    JitValue* bias = of(3);
    weights.input_bias = call_.call("aten::slice.Tensor", {bias, 0, 0, half, 1});
    weights.state_bias = call_.call("aten::slice.Tensor", {bias, 0, half, c10::IValue(), 1});
  }
  if (call_.has(kPeepholes)) weights.peepholes = of(kPeepholes);
  return weights;
}

JitValue* Recurrence::steps() const {
  JitValue* x = call_.tensor(0);
  return batch_first_ ? call_.call("aten::transpose.int", {x, 0, 1}) : x;
}

JitValue* Recurrence::initial(std::size_t input) const {
  if (call_.has(input)) {
    JitValue* state = call_.tensor(input);
    if (!batch_first_) return state;
    state = call_.call("aten::transpose.int", {state, 0, 1});
    return call_.call("aten::contiguous", {state, 0});
  }
  JitValue* shape = call_.graph.int_list(
      {int_constant(call_, directions()), call_.size(steps(), 1), int_constant(call_, size_)});
  return call_.call("aten::zeros", {shape, call_.type(0), c10::IValue(),
                                    c10::IValue(call_.graph.device()), c10::IValue()});
}

void Recurrence::give(const RecurrentResults& results) const {
  const auto state = [&](JitValue* value) {
    return batch_first_ ? call_.call("aten::transpose.int", {value, 0, 1}) : value;
  };
  // (length, directions, batch, size) → (batch, length, directions, size).
  call_.result(batch_first_ && call_.wants(0)
                   ? call_.call("aten::permute", {results.all, Ints{2, 0, 1, 3}})
                   : results.all);
  if (call_.wants(1)) call_.result(state(results.hidden), 1);
  if (call_.wants(2) && results.cell != nullptr) call_.result(state(results.cell), 2);
}

JitValue* Recurrence::clipped(JitValue* gate) const {
  if (!call_.has_attribute("clip")) return gate;
  const double most = call_.real("clip", 0);
  return call_.call("aten::clamp", {gate, -most, most});
}

JitValue* Recurrence::activated(std::int64_t direction, std::size_t which, JitValue* gate) const {
  return activate(call_, clipped(gate), activation(direction, which));
}

Recurrence::State Recurrence::lstm_step(std::int64_t direction, const Weights& weights,
                                        JitValue* gates, State before) const {
  auto gate = parts(call_, gates, 4, size_);
  std::vector<JitValue*> peep;
  if (weights.peepholes != nullptr) {
    peep = parts(call_, weights.peepholes, 3, size_);
    gate[0] = sum(call_, gate[0], product(call_, before.cell, peep[0]));
    gate[2] = sum(call_, gate[2], product(call_, before.cell, peep[2]));
  }
  JitValue* in = activated(direction, 0, gate[0]);
  JitValue* forget = call_.integer("input_forget", 0) != 0
                         ? call_.call("aten::rsub.Scalar", {in, 1, 1})
                         : activated(direction, 0, gate[2]);
  JitValue* candidate = activated(direction, 1, gate[3]);
  JitValue* cell = sum(call_, product(call_, forget, before.cell), product(call_, in, candidate));
  if (!peep.empty()) gate[1] = sum(call_, gate[1], product(call_, cell, peep[1]));
  JitValue* out = activated(direction, 0, gate[1]);
  return {product(call_, out, activate(call_, cell, activation(direction, 2))), cell};
}

JitValue* Recurrence::gru_step(std::int64_t direction, const Weights& weights, JitValue* x,
                               JitValue* before) const {
  const auto linear = [&](JitValue* value, JitValue* matrix, JitValue* bias) {
    return call_.call("aten::linear", {value, matrix, or_none(bias)});
  };
  const auto rows = [&](JitValue* of, std::int64_t start, std::int64_t end) {
    if (of == nullptr) return of;
    return call_.call("aten::slice.Tensor", {of, 0, start * size_, end * size_, 1});
  };
  JitValue* gates = linear(before, rows(weights.state, 0, 2), rows(weights.state_bias, 0, 2));
  const auto own = parts(call_, x, 3, size_);
  const auto state = parts(call_, gates, 2, size_);
  JitValue* update = activated(direction, 0, sum(call_, own[0], state[0]));
  JitValue* reset = activated(direction, 0, sum(call_, own[1], state[1]));
  JitValue* matrix = rows(weights.state, 2, 3);
  JitValue* bias = rows(weights.state_bias, 2, 3);
  JitValue* kept = call_.integer("linear_before_reset", 0) != 0
                       ? product(call_, reset, linear(before, matrix, bias))
                       : linear(product(call_, reset, before), matrix, bias);
  JitValue* candidate = activated(direction, 1, sum(call_, own[2], kept));
  return call_.call("aten::lerp.Tensor", {candidate, before, update});
}

Recurrence::State Recurrence::step(std::int64_t direction, const Weights& weights, JitValue* x,
                                   State before) const {
  if (cell_ == Cell::kGru) return {gru_step(direction, weights, x, before.hidden), nullptr};
  JitValue* own =
      call_.call("aten::linear", {before.hidden, weights.state, or_none(weights.state_bias)});
  JitValue* gates = sum(call_, x, own);
  if (cell_ == Cell::kLstm) return lstm_step(direction, weights, gates, before);
  return {activated(direction, 0, gates), nullptr};
}

RecurrentResults Recurrence::run(std::int64_t direction) const {
  const bool reverse = is_reverse(direction);
  const bool lstm = cell_ == Cell::kLstm;
  const jm_dtype dtype = dtype_of(call_.type(0));
  const Weights own = weights(direction);
  JitValue* x = call_.call("aten::linear", {steps(), own.input, or_none(own.input_bias)});
  JitValue* length = call_.size(x, 0);
  LoopWriter loop(call_, length, call_.constant_value(true));
  for (std::size_t input = kHidden; input <= (lstm ? kCellState : kHidden); ++input) {
    JitValue* state = call_.call("aten::select.int", {initial(input), 0, direction});
    Operand start{dtype, state, {}, {}};
    loop.carry(start);
  }
  loop.collect({0, reverse});
  loop.begin();
  {
    const tj::WithInsertPoint at(loop.block());
    JitValue* now = loop.iteration().host->elements.front();
    if (reverse) now = sub(call_, sub(call_, length, int_constant(call_, 1)), now);
    const State before{loop.carried(0).tensor, lstm ? loop.carried(1).tensor : nullptr};
    State after = step(direction, own, call_.call("aten::select.int", {x, 0, now}), before);
    JitValue* value = after.hidden;
    if (call_.has(kLengths)) {
      // Behind the end of a sequence its states stay, and its values are 0.
      JitValue* runs = call_.call("aten::gt.Scalar", {call_.tensor(kLengths), now});
      runs = call_.call("aten::unsqueeze", {runs, 1});
      value = call_.call("aten::where.ScalarOther", {runs, after.hidden, 0.0});
      after.hidden = call_.call("aten::where.self", {runs, after.hidden, before.hidden});
      if (lstm) after.cell = call_.call("aten::where.self", {runs, after.cell, before.cell});
    }
    std::vector<Operand> results{loop.condition(), Operand{dtype, after.hidden, {}, {}}};
    if (lstm) results.push_back(Operand{dtype, after.cell, {}, {}});
    results.push_back(Operand{dtype, value, {}, {}});
    loop.end_body(call_, results);
  }
  const std::vector<Operand> ends = loop.finish();
  return {ends.back().tensor, ends[0].tensor, lstm ? ends[1].tensor : nullptr};
}

void Recurrence::step_by_step() const {
  std::vector<JitValue*> all;
  std::vector<JitValue*> hidden;
  std::vector<JitValue*> cells;
  for (std::int64_t d = 0; d < directions(); ++d) {
    const RecurrentResults results = run(d);
    all.push_back(results.all);
    hidden.push_back(results.hidden);
    if (results.cell != nullptr) cells.push_back(results.cell);
  }
  const auto stacked = [&](const std::vector<JitValue*>& values, std::int64_t axis) {
    return call_.call("aten::stack", {call_.graph.tensor_list(values), axis});
  };
  const at::ScalarType type = call_.type(0);
  give({call_.graph.declare(stacked(all, 1), type, 4),
        call_.graph.declare(stacked(hidden, 0), type, 3),
        cells.empty() ? nullptr : call_.graph.declare(stacked(cells, 0), type, 3)});
}

}  // namespace joulemark::torch_kit::ops
