// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/archive.h"

#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/serialization/import.h>

#include "plugin_kit/status.h"
#include "torch_kit/dtypes.h"
#include "torch_kit/errors.h"

namespace joulemark::torch_kit {
namespace {

namespace tj = ::torch::jit;

plugin::Port open_port(std::string name) {
  plugin::Port port;
  port.name = std::move(name);
  port.rank_known = false;
  return port;
}

/// An argument that is a number is given as a tensor of rank 0.
plugin::Port number_port(const c10::Argument& argument) {
  plugin::Port port;
  port.name = argument.name();
  const c10::TypeKind kind = argument.type()->kind();
  if (kind == c10::TypeKind::IntType) port.dtype = JM_INT64;
  if (kind == c10::TypeKind::FloatType) port.dtype = JM_FLOAT64;
  if (kind == c10::TypeKind::BoolType) port.dtype = JM_BOOL;
  if (port.dtype == JM_UNDEFINED)
    plugin::fail(JM_UNSUPPORTED, "input '" + argument.name() + "' of its forward is a " +
                                     argument.type()->repr_str() +
                                     "; only tensors and numbers can be passed");
  return port;
}

bool is_tensor(const c10::TypePtr& type) {
  return type->kind() == c10::TypeKind::TensorType;
}

/// The arguments that a caller must give.
void read_inputs(const tj::Method& forward, Archive& archive) {
  const auto& arguments = forward.function().getSchema().arguments();
  for (std::size_t i = 1; i < arguments.size(); ++i) {  // 0 is self
    const c10::Argument& argument = arguments[i];
    if (argument.default_value()) continue;
    archive.inputs.push_back(is_tensor(argument.type()) ? open_port(argument.name())
                                                        : number_port(argument));
    archive.kinds.push_back(argument.type()->kind());
  }
}

std::vector<plugin::Port> outputs_of(const tj::Method& forward) {
  const c10::TypePtr type = forward.graph()->outputs().at(0)->type();
  if (is_tensor(type)) return {open_port("output")};
  const auto tuple = type->cast<c10::TupleType>();
  std::vector<plugin::Port> ports;
  for (std::size_t i = 0; tuple && i < tuple->elements().size(); ++i)
    if (is_tensor(tuple->elements()[i])) ports.push_back(open_port("output_" + std::to_string(i)));
  if (tuple == nullptr || ports.size() != tuple->elements().size())
    plugin::fail(JM_UNSUPPORTED, "its forward gives a " + type->repr_str() +
                                     "; only tensors and tuples of them can be taken");
  return ports;
}

std::string precision_of(const tj::Module& module) {
  std::vector<at::ScalarType> types;
  for (const at::Tensor& tensor : module.parameters()) types.push_back(tensor.scalar_type());
  for (const at::Tensor& tensor : module.buffers()) types.push_back(tensor.scalar_type());
  return narrowest_float(types);
}

tj::Module read(const std::string& path, c10::Device device) {
  try {
    return tj::load(path, device);
  } catch (const c10::Error& error) {
    plugin::fail(JM_INVALID_MODEL, "'" + path + "' is no TorchScript archive that can be read: " +
                                       brief(error) + "; save one with torch.jit.save");
  }
}

}  // namespace

Archive read_archive(const std::string& path, c10::Device device) {
  tj::Module module = read(path, device);
  module.eval();
  const auto forward = module.find_method("forward");
  if (!forward) plugin::fail(JM_INVALID_MODEL, "'" + path + "' has no method forward");
  Archive archive{module, {}, {}, {}, precision_of(module)};
  read_inputs(*forward, archive);
  archive.outputs = outputs_of(*forward);
  return archive;
}

std::shared_ptr<tj::Graph> flat_graph(const tj::Module& module) {
  auto graph = tj::freeze_module(module).get_method("forward").graph()->copy();
  tj::Inline(*graph);
  tj::LowerSimpleTuples(graph);
  if (graph->outputs().at(0)->node()->kind() == tj::prim::TupleConstruct) {
    tj::Node* tuple = graph->outputs()[0]->node();
    graph->eraseOutput(0);
    for (tj::Value* value : tuple->inputs()) graph->registerOutput(value);
  }
  if (!graph->inputs().at(0)->uses().empty())
    plugin::fail(JM_UNSUPPORTED,
                 "the module keeps state in its attributes, so that its calls are no plain list; "
                 "run it with engine 'torchscript'");
  graph->eraseInput(0);
  return graph;
}

}  // namespace joulemark::torch_kit
