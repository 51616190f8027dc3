// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/load.h"

#include "model/onnx_reader.h"
#include "plugin_kit/status.h"
#include "torch_kit/lowering/lower.h"
#include "torch_kit/passes.h"

namespace joulemark::torch_kit {
namespace {

jm_status status_of(const Error& error) {
  return error.kind == ErrorKind::kUnsupported ? JM_UNSUPPORTED : JM_INVALID_MODEL;
}

Loaded load_onnx(const jm_engine& engine, const std::string& path) {
  const auto model = model::read_onnx_model(path);
  if (!model) plugin::fail(status_of(model.error()), model.error().message);
  Lowered lowered = lower(*model, engine.device);
  optimise(lowered.graph, engine.optimize);
  return {std::move(lowered.inputs), std::move(lowered.outputs), lowered.precision,
          engine.flavour.make_executor(lowered.graph)};
}

}  // namespace

Loaded load(const jm_engine& engine, const std::string& path) {
  return load_onnx(engine, path);
}

}  // namespace joulemark::torch_kit
