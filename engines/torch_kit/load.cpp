// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/load.h"

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include "lowering_kit/model_file.h"
#include "model/model_format.h"
#include "plugin_kit/decoder.h"
#include "plugin_kit/status.h"
#include "torch_kit/archive.h"
#include "torch_kit/errors.h"
#include "torch_kit/lowering/lower.h"
#include "torch_kit/passes.h"
#include "torch_kit/reuse.h"
#include "torch_kit/row_products.h"
#include "torch_kit/script.h"

namespace joulemark::torch_kit {
namespace {

plugin::PortList ports_of(const std::vector<model::Port>& from) {
  std::vector<plugin::Port> ports;
  for (const model::Port& port : from) ports.push_back(lowering::port_of(port));
  return plugin::PortList(std::move(ports));
}

/// A decoder with one buffer for past and present may write into it.
Caches caches_of(const model::OnnxGraph& graph) {
  const auto decoder = plugin::DecoderPorts::find(ports_of(graph.inputs), ports_of(graph.outputs));
  return decoder && decoder->shares_cache() ? Caches::kInPlace : Caches::kCopied;
}

std::unique_ptr<Executor> executor_of(const jm_engine& engine,
                                      std::shared_ptr<::torch::jit::Graph> graph, Caches caches) {
  optimise(graph, engine.optimize);
  if (caches == Caches::kInPlace) {
    speed_up_rows(*graph);
    tj::EliminateDeadCode(graph);
  }
  reuse_arguments(*graph);
  return engine.flavour.from_graph(graph);
}

Loaded load_onnx(const jm_engine& engine, const std::string& path) {
  const model::OnnxModel model = lowering::read_model(path);
  const Caches caches = caches_of(model.graph);
  Lowered lowered = lower(model, engine.device, caches);
  return {std::move(lowered.inputs),
          std::move(lowered.outputs),
          lowered.precision,
          nullptr,
          [&engine, caches, graph = std::move(lowered.graph)] {
            return executor_of(engine, graph, caches);
          },
          {},
          caches};
}

Loaded load_archive(const jm_engine& engine, const std::string& path) {
  Archive archive = read_archive(path, engine.device);
  return {std::move(archive.inputs),
          std::move(archive.outputs),
          archive.precision,
          nullptr,
          [&engine, module = std::move(archive.module)] {
            return engine.flavour.from_module(module, engine.optimize);
          },
          std::move(archive.kinds)};
}

Loaded load_package(const jm_engine& engine, const std::string& path) {
  Package package = read_package(path, engine.device);
  return {std::move(package.inputs), std::move(package.outputs), "", std::move(package.executor)};
}

}  // namespace

Loaded load(const jm_engine& engine, const std::string& path) {
  const std::string format = model::model_format(path);
  if (format == model::kTorchScript) return load_archive(engine, path);
  if (format == model::kTorchPackage) return load_package(engine, path);
  return load_onnx(engine, path);
}

namespace {

void export_torchscript(const jm_engine& engine, const std::string& path, const std::string& to) {
  Lowered lowered = lower(lowering::read_model(path), engine.device);
  // oneDNN's own layouts cannot be saved.
  optimise(lowered.graph, engine.optimize == Optimize::kNone ? Optimize::kNone : Optimize::kFreeze);
  make_module(*lowered.graph).save(to);
}

}  // namespace
}  // namespace joulemark::torch_kit

void jm_engine::export_model(const char* model_path, const char* format, const char* path) const {
  using namespace joulemark;
  if (std::string(format) != "torchscript")
    plugin::fail(JM_INVALID_ARGUMENT,
                 "PyTorch writes no format '" + std::string(format) + "' here; use torchscript");
  if (model::model_format(model_path) != model::kOnnxFile)
    plugin::fail(JM_INVALID_ARGUMENT, "'" + std::string(model_path) + "' is no ONNX file");
  const c10::InferenceMode inference;
  try {
    torch_kit::export_torchscript(*this, model_path, path);
  } catch (const c10::Error& error) {
    plugin::fail(JM_FAILED, "cannot write '" + std::string(path) + "': " + torch_kit::brief(error));
  }
}
