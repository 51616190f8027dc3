// SPDX-License-Identifier: Apache-2.0
// What PyTorch itself rewrites in a graph before it runs.
#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>

namespace joulemark::torch_kit {

/// The engine option "optimize".
enum class Optimize {
  kNone,           ///< unused values and repeated calls go; every operator of the model runs
  kFreeze,         ///< what torch.jit.freeze does: batch normalisation folded into convolutions …
  kOnednnPrepack,  ///< the same, and convolutions and products on weights in oneDNN's own layout;
                   ///< CPU only
};
std::string to_string(Optimize optimize);

/// The last step of kOnednnPrepack alone, for a graph that was frozen already.
void prepack(std::shared_ptr<::torch::jit::Graph>& graph);

void optimise(std::shared_ptr<::torch::jit::Graph>& graph, Optimize how);

}  // namespace joulemark::torch_kit
