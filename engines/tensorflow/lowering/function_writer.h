// SPDX-License-Identifier: Apache-2.0
// A function of a graph, which control flow runs: a branch, a turn of a loop.
#pragma once

#include <vector>

#include "tensorflow/lowering/graph_writer.h"

namespace joulemark::tf {

/// The dimensions that values of either have.
Dims joined_dims(const Dims& a, const Dims& b);

class FunctionWriter {
 public:
  explicit FunctionWriter(GraphWriter& around) : around_(around), graph_(around.function_graph()) {}

  [[nodiscard]] GraphWriter& graph() { return graph_; }

  /// One more argument.
  Value input(Type type, const Dims& dims);
  /// A value of the graph around, as the function sees it: what is known of it now as a constant,
  /// all else as an argument behind those of input().
  Value captured(Value outer);
  /// The values of the graph around that are its arguments, in their order.
  [[nodiscard]] const std::vector<Value>& captures() const { return captures_; }
  /// The arguments for them.
  [[nodiscard]] const std::vector<Value>& captured_inputs() const { return captured_inputs_; }

  /// Ends it with these results and adds it to the graph around.
  FunctionName finish(const std::vector<Value>& results);

 private:
  GraphWriter& around_;
  GraphWriter graph_;
  std::vector<Value> inputs_;
  std::vector<Value> captures_;
  std::vector<Value> captured_inputs_;
};

}  // namespace joulemark::tf
