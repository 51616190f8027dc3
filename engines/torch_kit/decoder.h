// SPDX-License-Identifier: Apache-2.0
// A decoder step by step: its cache in tensors of ours.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

#include "plugin_kit/decoder.h"
#include "torch_kit/executor.h"

namespace joulemark::torch_kit {

/// Borrows the executor. A graph that writes into its caches gets the same buffers in every call;
/// of others the last call's outputs are the next one's inputs.
class Decoder {
 public:
  Decoder(Executor& executor, c10::Device device, plugin::DecoderFeed feed);

  void reset(std::int32_t batch, std::int32_t max_tokens);
  /// Logits [rows, vocabulary], valid until the next call. A call that fails changes nothing.
  /// Throws plugin::Failure and what PyTorch throws.
  const float* forward(const std::int32_t* tokens, std::int32_t batch, std::int32_t n,
                       plugin::DecoderFeed::Wanted wanted);
  [[nodiscard]] const plugin::DecoderFeed& feed() const { return feed_; }

 private:
  void make_caches();
  void place_tokens();
  void keep(std::vector<c10::IValue>& outputs);

  Executor& executor_;
  c10::Device device_;
  plugin::DecoderFeed feed_;
  std::vector<c10::IValue> inputs_;
  at::Tensor logits_;  ///< on the CPU
};

}  // namespace joulemark::torch_kit
