// SPDX-License-Identifier: Apache-2.0
// A decoder step by step: its cache is the request's state, or tensors that go round.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "ov_engine.h"
#include "plugin_kit/decoder.h"

namespace joulemark::openvino {

/// Borrows engine and model.
class Decoder {
 public:
  /// `weights`: the file that the library maps, "" when it is not known.
  Decoder(jm_engine& engine, const CompiledModel* model, plugin::DecoderFeed feed,
          std::string weights);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void reset(std::int32_t batch, std::int32_t max_tokens);
  /// Logits [rows, vocabulary], valid until the next call.
  const float* forward(const std::int32_t* tokens, std::int32_t batch, std::int32_t n,
                       plugin::DecoderFeed::Wanted wanted);
  [[nodiscard]] const plugin::DecoderFeed& feed() const { return feed_; }

 private:
  void infer(std::int32_t rows);
  void bind_caches();
  void set_input(std::size_t place, Tensor* tensor);
  Tensor* make(jm_dtype dtype, std::vector<std::int64_t> dims, void* data) const;

  jm_engine& engine_;
  const Api& api_;
  const CompiledModel* model_;
  plugin::DecoderFeed feed_;
  Owned<Request> request_{nullptr, nullptr};
  std::vector<Tensor*> inputs_;  ///< owned; null where none is set
  Tensor* logits_ = nullptr;     ///< owned
  std::string weights_;
  std::set<std::int32_t> known_rows_;  ///< tokens of a call; what such calls need is packed
};

}  // namespace joulemark::openvino
