// SPDX-License-Identifier: Apache-2.0
// RNN, GRU and LSTM: PyTorch's fused operators where they compute the same, else a loop of steps.
#include <algorithm>
#include <array>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/recurrence.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {
namespace {

using Gates = std::vector<std::int64_t>;

/// Rows of the gates in the order in which PyTorch has them.
JitValue* ordered(OpCall& call, JitValue* weights, const Gates& order) {
  const auto count = static_cast<std::int64_t>(order.size());
  if (count == 1) return weights;
  const Ints shape{count, -1};
  JitValue* apart = call.call("aten::unflatten.int", {weights, 0, shape});
  std::vector<JitValue*> gates;
  for (const std::int64_t gate : order)
    gates.push_back(call.call("aten::select.int", {apart, 0, gate}));
  return call.call("aten::cat", {call.graph.tensor_list(gates), 0});
}

/// Weights as PyTorch lists them: of the input, of the state, and both biases, each direction.
JitValue* parameters(OpCall& call, const Recurrence& recurrence, const Gates& order) {
  std::vector<JitValue*> all;
  for (std::int64_t d = 0; d < recurrence.directions(); ++d) {
    const Weights weights = recurrence.weights(d);
    all.push_back(ordered(call, weights.input, order));
    all.push_back(ordered(call, weights.state, order));
    if (weights.input_bias == nullptr) continue;
    all.push_back(ordered(call, weights.input_bias, order));
    all.push_back(ordered(call, weights.state_bias, order));
  }
  return call.graph.tensor_list(all);
}

/// The order of the gates in PyTorch, by their places in ONNX.
const Gates& gate_order(Cell cell) {
  static const Gates of_rnn{0};
  static const Gates of_gru{1, 0, 2};
  static const Gates of_lstm{0, 2, 3, 1};
  if (cell == Cell::kLstm) return of_lstm;
  return cell == Cell::kGru ? of_gru : of_rnn;
}

const char* fused_name(const Recurrence& recurrence) {
  if (recurrence.cell() == Cell::kLstm) return "aten::lstm.input";
  if (recurrence.cell() == Cell::kGru) return "aten::gru.input";
  return recurrence.activation(0, 0).name == "Relu" ? "aten::rnn_relu.input"
                                                    : "aten::rnn_tanh.input";
}

/// Values of all steps, (length, batch, directions · size), then the last states.
void fused(OpCall& call, const Recurrence& recurrence) {
  const bool backwards = recurrence.is_reverse(0);
  JitValue* x = recurrence.steps();
  if (backwards) x = call.call("aten::flip", {x, Ints{0}});
  const bool lstm = recurrence.cell() == Cell::kLstm;
  JitValue* hidden = recurrence.initial(5);
  const tj::NamedValue start =
      lstm ? call.graph.tensor_list({hidden, recurrence.initial(6)}) : hidden;
  auto results =
      call.graph.call_all(fused_name(recurrence),
                          {x, start, parameters(call, recurrence, gate_order(recurrence.cell())),
                           call.has(3), 1, 0.0, false, recurrence.directions() == 2, false});
  const at::ScalarType type = call.type(0);
  for (JitValue* value : results) call.graph.declare(value, type, 3);
  JitValue* all = results[0];
  if (backwards) all = call.call("aten::flip", {all, Ints{0}});
  all = call.call("aten::unflatten.int", {all, 2, Ints{recurrence.directions(), -1}});
  all = call.graph.declare(call.call("aten::transpose.int", {all, 1, 2}), type, 4);
  recurrence.give({all, results[1], lstm ? results[2] : nullptr});
}

void recurrent_entry(OpCall& call, Cell cell) {
  const Recurrence recurrence(call, cell);
  if (recurrence.has_fused_form()) return fused(call, recurrence);
  recurrence.step_by_step();
}

void rnn(OpCall& call) {
  recurrent_entry(call, Cell::kRnn);
}

void gru(OpCall& call) {
  recurrent_entry(call, Cell::kGru);
}

void lstm(OpCall& call) {
  recurrent_entry(call, Cell::kLstm);
}

constexpr Entry kEntries[] = {
    {"RNN", 7, rnn},
    {"GRU", 7, gru},
    {"LSTM", 7, lstm},
};

}  // namespace

std::span<const Entry> recurrent() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
