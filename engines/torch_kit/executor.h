// SPDX-License-Identifier: Apache-2.0
// Runs a model's graph; what tells the two PyTorch engines apart.
#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>
#include <vector>

namespace joulemark::torch_kit {

/// One loaded model, called from one thread.
class Executor {
 public:
  Executor() = default;
  virtual ~Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// The outputs in the graph's order. Throws what PyTorch throws.
  virtual std::vector<c10::IValue> run(const std::vector<c10::IValue>& inputs) = 0;
  /// Where the last run stopped: "ONNX node 'conv1' (Conv)"; "" when that is not known.
  [[nodiscard]] virtual std::string position() const = 0;
};

/// Makes the executor of an engine for an optimised graph. Throws plugin::Failure.
using MakeExecutor =
    std::unique_ptr<Executor> (*)(const std::shared_ptr<::torch::jit::Graph>& graph);

}  // namespace joulemark::torch_kit
