// SPDX-License-Identifier: Apache-2.0
// A decoder step by step: its cache in buffers of ours, which the library writes where they are.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "ort_engine.h"
#include "plugin_kit/decoder.h"

namespace joulemark::ort {

/// What a decoder needs of the session that runs it.
struct DecoderSession {
  const Api& api;
  const MemoryInfo* memory;
  Session* session;
  const std::vector<const char*>& input_names;
  const std::vector<const char*>& output_names;
};

/// Borrows the session.
class Decoder {
 public:
  Decoder(DecoderSession session, plugin::DecoderFeed feed);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void reset(std::int32_t batch, std::int32_t max_tokens);
  /// Logits [rows, vocabulary], valid until the next call.
  const float* forward(const std::int32_t* tokens, std::int32_t batch, std::int32_t n,
                       plugin::DecoderFeed::Wanted wanted);
  [[nodiscard]] const plugin::DecoderFeed& feed() const { return feed_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  using Buffer = std::unique_ptr<void, Free>;

  Value* make(jm_dtype dtype, const std::vector<std::int64_t>& dims, void* data, std::size_t bytes);
  void replace(Value*& slot, Value* value);
  void bind_caches();
  void bind_logits();

  DecoderSession session_;
  plugin::DecoderFeed feed_;
  std::vector<Buffer> past_;     ///< also the present where one buffer is both
  std::vector<Buffer> present_;  ///< none where one buffer is both
  std::vector<float> logits_;
  std::vector<Value*> inputs_;   ///< owned
  std::vector<Value*> outputs_;  ///< owned
};

}  // namespace joulemark::ort
