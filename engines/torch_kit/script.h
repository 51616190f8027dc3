// SPDX-License-Identifier: Apache-2.0
// A graph as a TorchScript module.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include "torch_kit/passes.h"

namespace joulemark::torch_kit {

/// A module whose method `forward` is a copy of the graph. Weights stay constants of the graph, as
/// after torch.jit.freeze. With several outputs it returns a tuple.
::torch::jit::Module make_module(const ::torch::jit::Graph& graph);

/// A user's module as `optimize` has it; the module itself for kNone.
::torch::jit::Module optimised(const ::torch::jit::Module& module, Optimize optimize);

}  // namespace joulemark::torch_kit
