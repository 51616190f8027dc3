// SPDX-License-Identifier: Apache-2.0
// A decoder as OpenVINO IR whose cache is the model's state.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/decoder_sink.h"
#include "checkpoint/openvino_ir.h"
#include "checkpoint/weight_places.h"

namespace joulemark::checkpoint {

/// Inputs: `input_ids` and `position_ids` [batch, length], `attention_mask` [batch, past + length],
/// `beam_idx` [batch] int32, `logits_rows` [rows] (places in the flattened batch × length). Output:
/// `logits` [rows, vocabulary]. Rows of a batch are padded on the left. The names and the form of
/// the state are those that Optimum and OpenVINO GenAI use, so that the same compiler passes apply.
class OpenvinoDecoder final : public DecoderSink {
 public:
  /// Borrows both.
  OpenvinoDecoder(const DecoderSpec& spec, const WeightPlaces& places);

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
  Value attend(const Attention& attention) override;
  Value wanted_rows(const Value& x) override;
  void logits(const Value& x) override;

  /// Bytes of the small constants, to stand behind the weights.
  [[nodiscard]] std::span<const std::byte> constants() const { return ir_.constants(); }
  /// The text of the .xml file, when the constants stand at `offset` of the weights' file.
  std::string finish(std::uint64_t offset) { return ir_.finish(offset); }

 private:
  Value weight(const WeightRef& ref);
  Value norm_weight(const WeightRef& ref);
  Value normalised(const Value& x, const Value& scale, const std::optional<WeightRef>& bias);
  Value ids();
  Value positions();
  Value given();
  /// [tokens, heads × size] → [batch, heads, length, size].
  Value by_head(const Value& x, std::int64_t heads);
  Value rotated(const Value& x);
  Value frequencies();
  Value waves(const char* function);
  Value state(std::int64_t layer, const char* which, const Value& fresh);
  Value shared_heads(const Value& x);
  Value mask(std::int64_t window);
  Value seen(std::int64_t window);
  Value bias();
  Value length();
  Value total();

  const DecoderSpec& spec_;
  const WeightPlaces& places_;
  IrWriter ir_;
};

}  // namespace joulemark::checkpoint
