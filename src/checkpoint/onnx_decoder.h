// SPDX-License-Identifier: Apache-2.0
// A decoder as an ONNX graph; what the forms of its cache share.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "checkpoint/decoder_sink.h"
#include "checkpoint/weight_places.h"
#include "model/onnx_writer.h"

namespace joulemark::checkpoint {

/// Inputs: `input_ids` [batch, length], the cache, `logits_rows` [rows] (places in the flattened
/// batch × length), and what the form needs. Outputs: `logits` [rows, vocabulary], the cache.
class OnnxDecoder : public DecoderSink {
 public:
  /// Borrows both.
  OnnxDecoder(const DecoderSpec& spec, const WeightPlaces& places);

  Value embed(const WeightRef& table) override;
  Value embed_positions(const WeightRef& table) override;
  Value scaled(const Value& x, double factor) override;
  Value add(const Value& a, const Value& b) override;
  Value multiply(const Value& a, const Value& b) override;
  Value activate(const Value& x, Activation activation) override;
  Value linear(const Value& x, const Linear& linear) override;
  Value norm(const Value& x, const Norm& norm) override;
  Value head_norm(const Value& x, const HeadNorms& norms) override;
  std::array<Value, 3> split(const Value& joined) override;
  Value wanted_rows(const Value& x) override;
  void logits(const Value& x) override;

  /// The file's bytes; once, when the graph is complete.
  std::string finish();

 protected:
  using Inputs = std::vector<std::string>;
  using Attributes = std::vector<model::OnnxAttribute>;

  /// A call with one output.
  Value call(const char* op, const Inputs& inputs, Attributes attributes = {});
  Value call_contrib(const char* op, const Inputs& inputs, Attributes attributes = {});
  void add_node(const char* domain, const char* op, const Inputs& inputs, const Inputs& outputs,
                Attributes attributes);
  Value fresh(const char* op);

  Value ints(const std::vector<std::int64_t>& values);
  Value integer(std::int64_t value);
  Value floats(const std::vector<float>& values, const std::vector<std::int64_t>& dims);
  Value number(double value) { return floats({static_cast<float>(value)}, {}); }

  /// Declares an input once.
  Value input(const char* name, jm_dtype dtype, std::vector<model::Dim> dims);
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
  void need_opset(std::int64_t version);

  const DecoderSpec& spec() const { return spec_; }
  std::map<std::string, std::string>& metadata() { return contents_.metadata; }

 private:
  Value weight(const WeightRef& ref);
  /// The weight of a norm, with the 1 that some files leave out.
  Value norm_weight(const WeightRef& ref);
  Value normalised(const Value& x, const Value& weight, const std::optional<WeightRef>& bias);
  Value frequencies();
  Value constant(model::HostTensor tensor);

  const DecoderSpec& spec_;
  const WeightPlaces& places_;
  model::OnnxContents contents_;
  std::set<std::string> declared_;          ///< inputs and weights
  std::map<std::string, Value> constants_;  ///< by type, dims and bytes
  std::map<std::string, Value> made_;       ///< values that all layers share, by what they are
  std::int64_t next_ = 0;

 protected:
  /// The value under `key`, made by `make` when it is first asked for.
  template <class Make>
  Value once(const std::string& key, Make make) {
    if (const auto known = made_.find(key); known != made_.end()) return known->second;
    const Value value = make();
    made_.emplace(key, value);
    return value;
  }
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
