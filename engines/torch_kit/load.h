// SPDX-License-Identifier: Apache-2.0
// From a model file to something that runs: reading it, and how it is built.
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
  std::unique_ptr<Executor> executor;  ///< of a package, which was built before; else null
  MakeExecutor make_executor = {};     ///< where there is none
  /// What the executor takes for each input: a tensor, int, float or bool; empty: tensors only.
  std::vector<c10::TypeKind> kinds = {};
  Caches caches = Caches::kCopied;
};

/// Reads an ONNX file, a TorchScript archive or an AOTInductor package. Throws plugin::Failure. The
/// engine must outlive what makes the executor.
Loaded load(const jm_engine& engine, const std::string& path);

}  // namespace joulemark::torch_kit
