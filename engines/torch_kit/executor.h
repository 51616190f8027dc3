// SPDX-License-Identifier: Apache-2.0
// Runs a model's graph; what tells the two PyTorch engines apart.
#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "torch_kit/passes.h"

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

/// Makes the executor of a model that was read; called once.
using MakeExecutor = std::function<std::unique_ptr<Executor>()>;

/// Makes the executor of an engine for an optimised graph. Throws plugin::Failure.
using FromGraph = std::unique_ptr<Executor> (*)(const std::shared_ptr<::torch::jit::Graph>& graph);
/// The same for a user's TorchScript module, which is still to be optimised.
using FromModule = std::unique_ptr<Executor> (*)(const ::torch::jit::Module& module,
                                                 Optimize optimize);

}  // namespace joulemark::torch_kit
