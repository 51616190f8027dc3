// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/passes.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/common_subexpression_elimination.h>
#include <torch/csrc/jit/passes/constant_pooling.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>
#include <torch/csrc/jit/passes/frozen_ops_to_mkldnn.h>

#include "torch_kit/packed_products.h"

namespace joulemark::torch_kit {

namespace tj = ::torch::jit;

namespace {

/// A graph without its constant tensors, while the passes run that compare every constant with
/// every other one: they would read all weights as often as there are weights.
class WithoutTensors {
 public:
  explicit WithoutTensors(tj::Graph& graph) : graph_(graph), inputs_(graph.inputs().size()) {
    lift(graph.block());
  }
  ~WithoutTensors() {
    const tj::WithInsertPoint at(graph_.block()->nodes().front());
    for (std::size_t i = tensors_.size(); i-- > 0;) {
      tj::Value* input = graph_.inputs()[inputs_ + i];
      if (input->hasUses()) {
        tj::Value* constant = graph_.insertConstant(tensors_[i]);
        input->replaceAllUsesWith(constant);
      }
      graph_.eraseInput(inputs_ + i);
    }
  }
  WithoutTensors(const WithoutTensors&) = delete;
  WithoutTensors& operator=(const WithoutTensors&) = delete;

 private:
  void lift(tj::Block* block) {
    for (auto it = block->nodes().begin(); it != block->nodes().end(); ++it) {
      for (tj::Block* inner : it->blocks()) lift(inner);
      if (it->kind() != tj::prim::Constant ||
          !it->output()->type()->isSubtypeOf(*c10::TensorType::get()))
        continue;
      tensors_.push_back(*tj::toIValue(it->output()));
      it->output()->replaceAllUsesWith(graph_.addInput());
      it.destroyCurrent();
    }
  }

  tj::Graph& graph_;
  std::size_t inputs_;
  std::vector<c10::IValue> tensors_;
};

}  // namespace

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

void prepack(std::shared_ptr<tj::Graph>& graph) {
  tj::ConvertFrozenOpsToMKLDNN(graph);
  pack_products(graph);
}

void optimise(std::shared_ptr<tj::Graph>& graph, Optimize how) {
  tj::EliminateDeadCode(graph);
  {
    const WithoutTensors lifted(*graph);
    tj::EliminateCommonSubexpression(graph);
    tj::ConstantPooling(graph);
  }
  if (how != Optimize::kNone) tj::OptimizeFrozenGraph(graph, true);
  if (how == Optimize::kOnednnPrepack) prepack(graph);
  tj::EliminateDeadCode(graph);
}

}  // namespace joulemark::torch_kit
