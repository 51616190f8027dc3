// SPDX-License-Identifier: Apache-2.0
// PyTorch's own graph executor, without Python.
#include "plugin_kit/calls.h"
#include "torch_kit/model.h"
#include "torch_kit/script.h"

namespace {

using namespace joulemark;

class ScriptExecutor : public torch_kit::Executor {
 public:
  explicit ScriptExecutor(::torch::jit::Module module)
      : module_(std::move(module)), forward_(module_.get_method("forward")) {}

  std::vector<c10::IValue> run(const std::vector<c10::IValue>& inputs) override {
    const c10::IValue result = forward_(inputs);
    if (!result.isTuple()) return {result};
    return result.toTupleRef().elements().vec();
  }
  /// PyTorch writes the position into its messages.
  [[nodiscard]] std::string position() const override { return ""; }

 private:
  ::torch::jit::Module module_;
  ::torch::jit::Method forward_;
};

std::unique_ptr<torch_kit::Executor> from_graph(const std::shared_ptr<::torch::jit::Graph>& graph) {
  return std::make_unique<ScriptExecutor>(torch_kit::make_module(*graph));
}

std::unique_ptr<torch_kit::Executor> from_module(const ::torch::jit::Module& module,
                                                 torch_kit::Optimize optimize) {
  return std::make_unique<ScriptExecutor>(torch_kit::optimised(module, optimize));
}

constexpr torch_kit::Flavour kFlavour{"torchscript", "torchscript", torch_kit::Optimize::kFreeze,
                                      from_graph, from_module};

struct Engine : jm_engine {
  explicit Engine(const jm_open_params& params) : jm_engine(params, kFlavour) {}
};

constexpr jm_engine_api kApi =
    plugin::api_table<Engine, jm_model>("torchscript", torch_kit::run_model);

}  // namespace

const jm_engine_api* jm_engine_entry(void) {
  return &kApi;
}
