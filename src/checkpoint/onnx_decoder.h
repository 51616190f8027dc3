// SPDX-License-Identifier: Apache-2.0
// A decoder as an ONNX graph; what the forms of its cache share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkpoint/decoder_sink.h"
#include "checkpoint/onnx_calls.h"

namespace joulemark::checkpoint {

/// Inputs: `input_ids` [batch, length], the cache, `logits_rows` [rows] (places in the flattened
/// batch × length), and what the form needs. Outputs: `logits` [rows, vocabulary], the cache.
class OnnxDecoder : public DecoderSink, protected OnnxCalls {
 public:
  /// Borrows both.
  OnnxDecoder(const DecoderSpec& spec, const WeightPlaces& places);

  Value embed(const WeightRef& table) override;
  Value embed_positions(const WeightRef& table) override;
  Value scaled(const Value& x, double factor) override { return OnnxCalls::scaled(x, factor); }
  Value add(const Value& a, const Value& b) override { return OnnxCalls::add(a, b); }
  Value multiply(const Value& a, const Value& b) override { return OnnxCalls::multiply(a, b); }
  Value activate(const Value& x, Activation activation) override {
    return OnnxCalls::activate(x, activation);
  }
  Value linear(const Value& x, const Linear& linear) override {
    return OnnxCalls::linear(x, linear);
  }
  Value norm(const Value& x, const Norm& norm) override;
  Value head_norm(const Value& x, const HeadNorms& norms) override;
  std::array<Value, 3> split(const Value& joined) override;
  Value wanted_rows(const Value& x) override;
  void logits(const Value& x) override;

  using OnnxCalls::finish;

 protected:
  Value ids();
  Value positions();
  /// Declares the cache of a layer; `past` and `present` name the third axis.
  struct Cache {
    std::string past_key, past_value, present_key, present_value;
  };
  Cache cache(std::int64_t layer, const char* past, const char* present);

  /// [tokens, width] → [batch, length, width].
  Value by_row(const Value& x, std::int64_t width);
  /// [batch, length, width] → [tokens, width].
  Value flat(const Value& x, std::int64_t width);
  /// `length` of this call, a scalar int64.
  Value length();

  /// Queries or keys, [batch, length, heads × head_size], rotated by their positions.
  Value rotated(const Value& x, std::int64_t heads);

  const DecoderSpec& spec() const { return spec_; }

 private:
  /// The weight of a norm, with the 1 that some files leave out.
  Value norm_weight(const WeightRef& ref);
  Value normalised(const Value& x, const Value& weight, const std::optional<WeightRef>& bias);
  Value frequencies();

  const DecoderSpec& spec_;
};

/// One cache for past and present, as long as the longest sequence; the engine writes in place
/// (com.microsoft GroupQueryAttention). Rows of a batch are padded on the right:
/// `seqlens_k` [batch] int32 is the last place of each row that counts, `total_sequence_length`
/// the longest row's length. Metadata "joulemark.cache": "shared".
std::unique_ptr<OnnxDecoder> make_shared_cache_decoder(const DecoderSpec& spec,
                                                       const WeightPlaces& places);

/// Past in, past and new tokens out (ONNX Attention, opset 23). Rows of a batch are padded on the
/// left: `attention_mask` [batch, past + length] and `position_ids` say where.
std::unique_ptr<OnnxDecoder> make_growing_cache_decoder(const DecoderSpec& spec,
                                                        const WeightPlaces& places);

}  // namespace joulemark::checkpoint
