// SPDX-License-Identifier: Apache-2.0
// The form with one buffer for past and present.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checkpoint/alibi.h"
#include "checkpoint/onnx_decoder.h"

namespace joulemark::checkpoint {
namespace {

/// Tables of cosines do not grow without bound with what a config claims.
constexpr std::int64_t kMostTableRows = 32768;
constexpr std::int64_t kLeastTableRows = 4096;

class SharedCacheDecoder : public OnnxDecoder {
 public:
  SharedCacheDecoder(const DecoderSpec& spec, const WeightPlaces& places)
      : OnnxDecoder(spec, places) {
    metadata()["joulemark.cache"] = "shared";
  }

  Value attend(const Attention& attention) override {
    const std::int64_t queries = spec().heads * spec().head_size;
    const std::int64_t shared = spec().kv_heads * spec().head_size;
    Value query = by_row(attention.query, queries);
    Value key = by_row(attention.key, shared);
    const Value value = by_row(attention.value, shared);
    if (spec().position == PositionScheme::kRotary && !rotates_inside()) {
      query = rotated(query, spec().heads);
      key = rotated(key, spec().kv_heads);
    }
    const Cache names = cache(attention.layer, "capacity", "capacity");
    Inputs inputs{query.name,       key.name,       value.name,  names.past_key,
                  names.past_value, lengths().name, total().name};
    add_positions(inputs);
    const Value out = fresh("attention");
    add_node("com.microsoft", "GroupQueryAttention", inputs,
             {out.name, names.present_key, names.present_value}, attributes(attention.layer));
    return flat(out, queries);
  }

 private:
  /// ONNX Runtime's kernel rotates whole vectors only.
  [[nodiscard]] bool rotates_inside() const {
    return spec().position == PositionScheme::kRotary &&
           spec().rotary.scaling.kind == RotaryScaling::Kind::kFixed &&
           spec().head_size % 16 == 0 && spec().rotary.dims() % 16 == 0;
  }

  Value lengths() { return input("seqlens_k", JM_INT32, {{-1, "batch"}}); }
  Value total() { return input("total_sequence_length", JM_INT32, {}); }

  Attributes attributes(std::int64_t layer) {
    Attributes list{{"num_heads", spec().heads},
                    {"kv_num_heads", spec().kv_heads},
                    {"scale", static_cast<float>(spec().scale_of(layer))}};
    if (rotates_inside()) list.push_back({"do_rotary", std::int64_t{1}});
    if (!spec().windows.empty())
      if (const auto window = spec().windows[static_cast<std::size_t>(layer)]; window > 0)
        list.push_back({"local_window_size", window});
    return list;
  }

  void add_positions(Inputs& inputs) {
    if (rotates_inside()) {
      inputs.push_back(once("cosines", [&] { return table(Wave::kCosine); }).name);
      inputs.push_back(once("sines", [&] { return table(Wave::kSine); }).name);
    }
    if (spec().position != PositionScheme::kAlibi) return;
    inputs.insert(inputs.end(), 3, "");  // cosines, sines, positions
    inputs.push_back(once("bias", [&] { return bias(); }).name);
  }

  enum class Wave { kCosine, kSine };

  Value table(Wave wave) {
    const Rotary& rotary = spec().rotary;
    const std::int64_t rows = std::clamp(2 * spec().max_positions, kLeastTableRows, kMostTableRows);
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(rows) * rotary.frequencies.size());
    for (std::int64_t position = 0; position < rows; ++position)
      for (const float frequency : rotary.frequencies) {
        const float angle = static_cast<float>(position) * frequency;
        const float number = wave == Wave::kCosine ? std::cos(angle) : std::sin(angle);
        values.push_back(number * static_cast<float>(rotary.amplitude));
      }
    metadata()["joulemark.max_positions"] = fmt::format("{}", rows);
    return floats(values, {rows, static_cast<std::int64_t>(rotary.frequencies.size())});
  }

  /// Slope × place of the key, for all queries: [1, heads, length, total].
  Value bias() {
    const Value all = call("Cast", {total().name}, {{"to", std::int64_t{JM_INT64}}});
    Value places = call("Range", {integer(0).name, all.name, integer(1).name});
    places = call("Cast", {places.name}, {{"to", std::int64_t{JM_FLOAT32}}});
    const Value row = multiply(floats(alibi_slopes(spec().heads), {1, spec().heads, 1, 1}), places);
    const auto one = [&](const Value& scalar) {
      return call("Unsqueeze", {scalar.name, ints({0}).name}).name;
    };
    const Value shape = call("Concat", {ints({1, spec().heads}).name, one(length()), one(all)},
                             {{"axis", std::int64_t{0}}});
    return call("Expand", {row.name, shape.name});
  }
};

}  // namespace

std::unique_ptr<OnnxDecoder> make_shared_cache_decoder(const DecoderSpec& spec,
                                                       const WeightPlaces& places) {
  return std::make_unique<SharedCacheDecoder>(spec, places);
}

}  // namespace joulemark::checkpoint
