// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/passes.h"

#include <torch/csrc/jit/passes/common_subexpression_elimination.h>
#include <torch/csrc/jit/passes/constant_pooling.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>
#include <torch/csrc/jit/passes/frozen_ops_to_mkldnn.h>

namespace joulemark::torch_kit {

namespace tj = ::torch::jit;

std::string to_string(Optimize optimize) {
  switch (optimize) {
    case Optimize::kNone:
      return "none";
    case Optimize::kFreeze:
      return "freeze";
    case Optimize::kOnednnPrepack:
      return "onednn-prepack";
  }
  return "";
}

void optimise(std::shared_ptr<tj::Graph>& graph, Optimize how) {
  tj::EliminateDeadCode(graph);
  tj::EliminateCommonSubexpression(graph);
  if (how != Optimize::kNone) tj::OptimizeFrozenGraph(graph, true);
  if (how == Optimize::kOnednnPrepack) tj::ConvertFrozenOpsToMKLDNN(graph);
  tj::ConstantPooling(graph);
  tj::EliminateDeadCode(graph);
}

}  // namespace joulemark::torch_kit
