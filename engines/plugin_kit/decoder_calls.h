// SPDX-License-Identifier: Apache-2.0
// The calls of the engine interface for language models.
#pragma once

#include "joulemark/engine_abi.h"
#include "plugin_kit/decoder.h"
#include "plugin_kit/status.h"

namespace joulemark::plugin {

/// For a jm_model with decoder() → a pointer, null when the model is no decoder, to something with
///   reset(batch, max_tokens), feed() → DecoderFeed,
///   forward(tokens, batch, n, wanted) → logits [rows, vocabulary];
/// any of them may throw.
template <class Model>
struct DecoderCalls {
  static jm_status lm_reset(jm_model* model, int32_t batch, int32_t max_tokens,
                            jm_message* message) {
    return guarded(message, [&] { decoder_of(model).reset(batch, max_tokens); });
  }
  static jm_status lm_forward(jm_model* model, const int32_t* tokens, int32_t batch, int32_t n,
                              int32_t* next_tokens, float* logits, jm_message* message) {
    return guarded(message, [&] {
      auto& decoder = decoder_of(model);
      const float* table = decoder.forward(tokens, batch, n, DecoderFeed::Wanted::kLast);
      read_logits(decoder.feed(), table, next_tokens, logits);
    });
  }
  static jm_status lm_logits(jm_model* model, const int32_t* tokens, int32_t batch, int32_t n,
                             float* logits, jm_message* message) {
    return guarded(message, [&] {
      auto& decoder = decoder_of(model);
      const float* table = decoder.forward(tokens, batch, n, DecoderFeed::Wanted::kAll);
      read_logits(decoder.feed(), table, nullptr, logits);
    });
  }
  static jm_status lm_describe(jm_model* model, jm_lm_info* info, jm_message* message) {
    return guarded(message, [&] {
      info->vocabulary = static_cast<int32_t>(decoder_of(model).feed().ports().vocabulary);
    });
  }

 private:
  static auto& decoder_of(jm_model* model) {
    auto* decoder = static_cast<Model*>(model)->decoder();
    if (decoder == nullptr)
      fail(JM_UNSUPPORTED, "the model is no decoder with input_ids, a float32 cache and logits");
    return *decoder;
  }
};

/// For an engine that runs no language models.
struct NoDecoderCalls {
  static jm_status lm_reset(jm_model*, int32_t, int32_t, jm_message* message) {
    return refuse(message);
  }
  static jm_status lm_forward(jm_model*, const int32_t*, int32_t, int32_t, int32_t*, float*,
                              jm_message* message) {
    return refuse(message);
  }
  static jm_status lm_describe(jm_model*, jm_lm_info*, jm_message* message) {
    return refuse(message);
  }
  static jm_status lm_logits(jm_model*, const int32_t*, int32_t, int32_t, float*,
                             jm_message* message) {
    return refuse(message);
  }

 private:
  static jm_status refuse(jm_message* message) {
    put_message(message, "this engine does not run language models");
    return JM_UNSUPPORTED;
  }
};

}  // namespace joulemark::plugin
