// SPDX-License-Identifier: Apache-2.0
// PyTorch as its users run it without a compiler: one operator after the other.
#include "plugin_kit/calls.h"
#include "torch_kit/archive.h"
#include "torch_kit/model.h"
#include "torch_kit/plan.h"
#include "torch_kit/reuse.h"

namespace {

using namespace joulemark;

class EagerExecutor : public torch_kit::Executor {
 public:
  explicit EagerExecutor(const std::shared_ptr<::torch::jit::Graph>& graph) : plan_(graph) {}
  std::vector<c10::IValue> run(const std::vector<c10::IValue>& inputs) override {
    return plan_.run(inputs);
  }
  [[nodiscard]] std::string position() const override { return plan_.position(); }

 private:
  torch_kit::Plan plan_;
};

std::unique_ptr<torch_kit::Executor> from_graph(const std::shared_ptr<::torch::jit::Graph>& graph) {
  return std::make_unique<EagerExecutor>(graph);
}

std::unique_ptr<torch_kit::Executor> from_module(const ::torch::jit::Module& module,
                                                 torch_kit::Optimize optimize) {
  auto graph = torch_kit::flat_graph(module);
  torch_kit::optimise(graph, optimize);
  torch_kit::reuse_arguments(*graph);
  return from_graph(graph);
}

constexpr torch_kit::Flavour kFlavour{"torch", "eager", torch_kit::Optimize::kNone, from_graph,
                                      from_module};

struct Engine : jm_engine {
  explicit Engine(const jm_open_params& params) : jm_engine(params, kFlavour) {}
};

constexpr jm_engine_api kApi = plugin::api_table<Engine, jm_model>("torch", torch_kit::run_model);

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
