// SPDX-License-Identifier: Apache-2.0
// A graph as a TorchScript module.
#pragma once

#include <torch/csrc/jit/api/module.h>

namespace joulemark::torch_kit {

/// A module whose method `forward` is a copy of the graph. Weights stay constants of the graph, as
/// after torch.jit.freeze. With several outputs it returns a tuple.
::torch::jit::Module make_module(const ::torch::jit::Graph& graph);

}  // namespace joulemark::torch_kit
