// SPDX-License-Identifier: Apache-2.0
// One call of a model of tensors.
#pragma once

#include <functional>
#include <vector>

#include "model/tensor.h"
#include "serve/engine/job.h"

namespace joulemark::serve {

struct TensorJob {
  /// One for each of the model's inputs, in their order, checked against its ports.
  std::vector<model::HostTensor> inputs;
  Timing timing = {};
  /// Whether nobody is there any more. Called from the engine's thread.
  std::function<bool()> is_gone;
  /// Comes once, from the engine's thread, and may not block; the outputs in the model's order,
  /// none where it did not end with kDone.
  std::function<void(const Outcome&, std::vector<model::HostTensor> outputs)> finish;
};

}  // namespace joulemark::serve
