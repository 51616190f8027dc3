// SPDX-License-Identifier: Apache-2.0
// Models in PyTorch's own files: TorchScript archives (.pt) and AOTInductor packages (.pt2).
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

#include "plugin_kit/ports.h"
#include "torch_kit/engine.h"
#include "torch_kit/executor.h"

namespace joulemark::torch_kit {

/// A TorchScript module with what its method `forward` takes (tensors and numbers) and gives
/// (tensors, or one tuple of them). Types and shapes of the inputs stand in no archive.
struct Archive {
  ::torch::jit::Module module;
  std::vector<plugin::Port> inputs;
  std::vector<c10::TypeKind> kinds;  ///< of each input: a tensor, int, float or bool
  std::vector<plugin::Port> outputs;
  std::string precision;  ///< narrowest type among its floating weights: "f32"; "" without any
};

/// Reads an archive onto `device`, in evaluation mode. Throws plugin::Failure: JM_INVALID_MODEL
/// for a file that is none, JM_UNSUPPORTED where `forward` takes or gives anything else.
Archive read_archive(const std::string& path, c10::Device device);

/// The frozen graph of `forward` with all calls inlined and outputs flattened: tensors to tensors.
/// JM_UNSUPPORTED for a module that changes its own attributes.
std::shared_ptr<::torch::jit::Graph> flat_graph(const ::torch::jit::Module& module);

/// An AOTInductor package as an executor. Its machine code is loaded into this process.
struct Package {
  std::vector<plugin::Port> inputs;
  std::vector<plugin::Port> outputs;
  std::unique_ptr<Executor> executor;
};
Package read_package(const std::string& path, c10::Device device);

}  // namespace joulemark::torch_kit
