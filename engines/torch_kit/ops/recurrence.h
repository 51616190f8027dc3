// SPDX-License-Identifier: Apache-2.0
// What RNN, GRU and LSTM have in common, and their steps one by one.
#pragma once

#include <vector>

#include "torch_kit/ops/activate.h"

namespace joulemark::torch_kit::ops {

enum class Cell { kRnn, kGru, kLstm };

/// Of one direction; the biases and peepholes are null where the model has none.
struct Weights {
  JitValue* input;
  JitValue* state;
  JitValue* input_bias = nullptr;
  JitValue* state_bias = nullptr;
  JitValue* peepholes = nullptr;
};

/// (length, directions, batch, size) and twice (directions, batch, size); `cell` only of LSTM.
struct RecurrentResults {
  JitValue* all;
  JitValue* hidden;
  JitValue* cell = nullptr;
};

/// A recurrent node. Inputs: x, W, R, B, sequence lengths, initial hidden and cell states, P.
class Recurrence {
 public:
  Recurrence(OpCall& call, Cell cell);

  [[nodiscard]] Cell cell() const { return cell_; }
  [[nodiscard]] std::int64_t directions() const { return both_ ? 2 : 1; }
  [[nodiscard]] bool is_reverse(std::int64_t direction) const { return reverse_ || direction == 1; }
  /// Whether PyTorch's fused operator computes the same.
  [[nodiscard]] bool has_fused_form() const;
  /// Of a direction's `which`th gate kind.
  [[nodiscard]] const Activation& activation(std::int64_t direction, std::size_t which) const;
  [[nodiscard]] Weights weights(std::int64_t direction) const;
  /// The input as (length, batch, size).
  [[nodiscard]] JitValue* steps() const;
  /// An initial state (input 5 or 6) as (directions, batch, size); zeros where it is left out.
  [[nodiscard]] JitValue* initial(std::size_t input) const;

  /// Gives the node's outputs, in the layout that it asks for.
  void give(const RecurrentResults& results) const;
  void step_by_step() const;

 private:
  struct State {
    JitValue* hidden;
    JitValue* cell;
  };
  void read_activations();
  RecurrentResults run(std::int64_t direction) const;
  State step(std::int64_t direction, const Weights& weights, JitValue* x, State before) const;
  State lstm_step(std::int64_t direction, const Weights& weights, JitValue* gates,
                  State before) const;
  JitValue* gru_step(std::int64_t direction, const Weights& weights, JitValue* x,
                     JitValue* before) const;
  JitValue* activated(std::int64_t direction, std::size_t which, JitValue* gate) const;
  JitValue* clipped(JitValue* gate) const;
  [[nodiscard]] std::size_t kinds() const;

  OpCall& call_;
  Cell cell_;
  bool both_ = false;
  bool reverse_ = false;
  bool batch_first_ = false;
  std::int64_t size_ = 0;
  std::vector<Activation> activations_;
};

}  // namespace joulemark::torch_kit::ops
