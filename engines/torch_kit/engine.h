// SPDX-License-Identifier: Apache-2.0
// The opened PyTorch with the settings of the whole process.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "torch_kit/executor.h"
#include "torch_kit/passes.h"

namespace joulemark::torch_kit {

/// What tells one PyTorch engine from another.
struct Flavour {
  const char* name;      ///< "torch"
  const char* executor;  ///< what effective() calls the way of running
  Optimize optimize;     ///< unless the option says otherwise
  FromGraph from_graph;
  FromModule from_module;
};

}  // namespace joulemark::torch_kit

/// What `open` hands out. Each engine's implementation derives one that passes its flavour.
struct jm_engine {
  jm_engine(const jm_open_params& params, const joulemark::torch_kit::Flavour& own);

  const joulemark::torch_kit::Flavour& flavour;
  joulemark::torch_kit::Optimize optimize;
  bool memory_arena = true;
  c10::Device device;
  std::vector<std::int32_t> affinity;
  std::string description;  ///< JSON for describe

  /// JSON for operators.
  const char* operators();

  /// Writes an ONNX file as a TorchScript archive.
  void export_model(const char* model_path, const char* format, const char* path) const;

 private:
  std::string operators_;
};
