// SPDX-License-Identifier: Apache-2.0
// A loop: values carried from turn to turn, and values collected from all of them.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tensorflow/lowering/function_writer.h"
#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf {

/// What a loop begins with.
struct Loop {
  std::optional<Value> limit;  ///< at most so many turns: an int64 scalar; nothing: no limit
  std::optional<Value> go;     ///< whether there is a first turn: a bool scalar; nothing: yes
  std::vector<Value> carried;
  std::size_t collected = 0;
};

/// What a turn begins with, as values of its function.
struct Turn {
  FunctionWriter& function;
  Value iteration;  ///< 0, 1, …: an int64 scalar
  std::vector<Value> carried;
};

/// What it ends with.
struct TurnEnd {
  std::optional<Value> go;  ///< whether there is a next one: a bool scalar; nothing: yes
  std::vector<Value> carried;
  std::vector<Value> collected;
};

/// The carried values behind the last turn, then what was collected: [turns, …] each. Where there
/// was no turn, sizes that the model leaves open are 0. `write` may be asked several times, until
/// the sizes that carried values begin a turn with are those that all turns end with.
std::vector<Value> write_loop(OpCall& call, const Loop& loop,
                              const std::function<TurnEnd(Turn&)>& write);

}  // namespace joulemark::tf
