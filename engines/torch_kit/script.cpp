// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/script.h"

namespace joulemark::torch_kit {

namespace tj = ::torch::jit;

tj::Module make_module(const tj::Graph& graph) {
  tj::Module module("Model");
  // What torch.jit.load and freeze look for.
  module.register_attribute("training", c10::BoolType::get(), false);
  auto body = const_cast<tj::Graph&>(graph).copy();
  body->insertInput(0, "self")->setType(module._ivalue()->type());
  if (body->outputs().size() != 1) {
    const auto outputs = body->outputs();
    tj::Node* tuple = body->insertNode(body->createTuple(outputs));
    while (!body->outputs().empty()) body->eraseOutput(0);
    body->registerOutput(tuple->output());
  }
  auto* function = module._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*module.type()->name(), "forward"), body);
  module.type()->addMethod(function);
  return module;
}

tj::Module optimised(const tj::Module& module, Optimize optimize) {
  if (optimize == Optimize::kNone) return module;
  tj::Module frozen = tj::freeze(module);
  auto graph = frozen.get_method("forward").graph();
  if (optimize == Optimize::kOnednnPrepack) prepack(graph);
  return frozen;
}

}  // namespace joulemark::torch_kit
