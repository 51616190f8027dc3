// SPDX-License-Identifier: Apache-2.0
// From a model file to something that runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plugin_kit/ports.h"
#include "torch_kit/engine.h"
#include "torch_kit/executor.h"
#include "torch_kit/lowering/graph_writer.h"

namespace joulemark::torch_kit {

struct Loaded {
  std::vector<plugin::Port> inputs;
  std::vector<plugin::Port> outputs;
  std::string precision;  ///< narrowest type of floating numbers that is computed with: "f32"
  std::unique_ptr<Executor> executor;
  /// What the executor takes for each input: a tensor, int, float or bool; empty: tensors only.
  std::vector<c10::TypeKind> kinds = {};
  Caches caches = Caches::kCopied;
};

/// Reads an ONNX file, a TorchScript archive or an AOTInductor package. Throws plugin::Failure.
Loaded load(const jm_engine& engine, const std::string& path);

}  // namespace joulemark::torch_kit
