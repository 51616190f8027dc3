// SPDX-License-Identifier: Apache-2.0
// A loaded model with its ports, its bound inputs and its last outputs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "plugin_kit/ports.h"
#include "torch_kit/engine.h"
#include "torch_kit/executor.h"
#include "torch_kit/tensors.h"

/// What `load` hands out.
struct jm_model {
  jm_model(jm_engine& engine, const jm_load_params& params);

  joulemark::plugin::PortList inputs;
  joulemark::plugin::PortList outputs;

  void bind(const jm_tensor* tensors, std::size_t count);

  /// The timed call. Throws what PyTorch throws.
  void run();
  /// What a failed run means to the caller.
  joulemark::plugin::Failure failure_of_run(const std::exception& error) const;

  const std::vector<jm_tensor>& results();
  const char* effective();

 private:
  jm_engine& engine_;
  std::string precision_;
  std::vector<c10::TypeKind> kinds_;
  std::unique_ptr<joulemark::torch_kit::Executor> executor_;
  std::vector<c10::IValue> bound_;
  bool is_bound_ = false;
  bool has_run_ = false;
  std::vector<c10::IValue> outputs_;
  std::vector<joulemark::torch_kit::HostOutput> host_outputs_;
  std::vector<jm_tensor> results_;
  std::string effective_;
};

namespace joulemark::torch_kit {

/// The run of engine_abi.h.
jm_status run_model(jm_model* model, jm_message* message);

}  // namespace joulemark::torch_kit
