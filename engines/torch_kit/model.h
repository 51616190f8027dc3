// SPDX-License-Identifier: Apache-2.0
// A loaded model with its ports, its bound inputs and its last outputs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "plugin_kit/decoder.h"
#include "plugin_kit/ports.h"
#include "torch_kit/decoder.h"
#include "torch_kit/engine.h"
#include "torch_kit/executor.h"
#include "torch_kit/lowering/graph_writer.h"
#include "torch_kit/tensors.h"

/// What `load` hands out.
struct jm_model {
  jm_model(jm_engine& engine, const jm_load_params& params);

  joulemark::plugin::PortList inputs;
  joulemark::plugin::PortList outputs;

  void bind(const jm_tensor* tensors, std::size_t count);

  /// Optimises and plans; false where that is done. Throws plugin::Failure and what PyTorch throws.
  bool build();

  /// The timed call. Throws what PyTorch throws.
  void run();
  /// What a failed run means to the caller.
  joulemark::plugin::Failure failure_of_run(const std::exception& error) const;

  /// Language models, joulemark::plugin::DecoderCalls. Null when the model is no decoder.
  jm_model* decoder() {
    build();
    return decoder_ ? this : nullptr;
  }
  void reset(std::int32_t batch, std::int32_t max_tokens) { decoder_->reset(batch, max_tokens); }
  [[nodiscard]] const joulemark::plugin::DecoderFeed& feed() const { return decoder_->feed(); }
  const float* forward(const std::int32_t* tokens, std::int32_t batch, std::int32_t n,
                       joulemark::plugin::DecoderFeed::Wanted wanted);

  const std::vector<jm_tensor>& results();
  const char* effective();

 private:
  void make_decoder();

  jm_engine& engine_;
  std::string precision_;
  std::vector<c10::TypeKind> kinds_;
  joulemark::torch_kit::MakeExecutor make_executor_;  ///< empty when there is one
  std::unique_ptr<joulemark::torch_kit::Executor> executor_;
  joulemark::torch_kit::Caches caches_;
  std::unique_ptr<joulemark::torch_kit::Decoder> decoder_;
  std::vector<c10::IValue> bound_;
  bool is_bound_ = false;
  bool has_run_ = false;  ///< since the last bind
  std::vector<c10::IValue> outputs_;
  std::vector<joulemark::torch_kit::HostOutput> host_outputs_;
  std::vector<jm_tensor> results_;
  std::string effective_;
};

namespace joulemark::torch_kit {

/// The run of engine_abi.h.
jm_status run_model(jm_model* model, jm_message* message);

}  // namespace joulemark::torch_kit
