// SPDX-License-Identifier: Apache-2.0
// The form whose cache goes in and comes out longer, in standard operators.
#include <fmt/format.h>

#include <limits>

#include "checkpoint/alibi.h"
#include "checkpoint/onnx_decoder.h"

namespace joulemark::checkpoint {
namespace {

constexpr std::int64_t kAttentionOpset = 23;

class GrowingCacheDecoder : public OnnxDecoder {
 public:
  GrowingCacheDecoder(const DecoderSpec& spec, const WeightPlaces& places)
      : OnnxDecoder(spec, places) {
    need_opset(kAttentionOpset);
  }

  Value attend(const Attention& attention) override {
    const std::int64_t queries = spec().heads * spec().head_size;
    const std::int64_t shared = spec().kv_heads * spec().head_size;
    Value query = by_row(attention.query, queries);
    Value key = by_row(attention.key, shared);
    const Value value = by_row(attention.value, shared);
    if (spec().position == PositionScheme::kRotary) {
      query = rotated(query, spec().heads);
      key = rotated(key, spec().kv_heads);
    }
    const Cache names = cache(attention.layer, "past", "total");
    const Value out = fresh("attention");
    add_node("", "Attention",
             {query.name, key.name, value.name, mask(window_of(attention.layer)).name,
              names.past_key, names.past_value},
             {out.name, names.present_key, names.present_value},
             {{"q_num_heads", spec().heads},
              {"kv_num_heads", spec().kv_heads},
              {"scale", static_cast<float>(spec().scale_of(attention.layer))}});
    return flat(out, queries);
  }

 private:
  [[nodiscard]] std::int64_t window_of(std::int64_t layer) const {
    return spec().windows.empty() ? 0 : spec().windows[static_cast<std::size_t>(layer)];
  }

  Value given() { return input("attention_mask", JM_INT64, {{-1, "batch"}, {-1, "total"}}); }

  /// Tokens of past and present, a scalar.
  Value total() {
    return once("total", [&] {
      const Value shape = call("Shape", {given().name});
      return call("Gather", {shape.name, integer(1).name});
    });
  }

  /// What is added to the scores: [batch, 1 or heads, length, total].
  Value mask(std::int64_t window) {
    return once(fmt::format("mask {}", window), [&] {
      const Value hidden = call("Where", {seen(window).name, number(0).name,
                                          number(std::numeric_limits<float>::lowest()).name});
      return spec().position == PositionScheme::kAlibi ? add(hidden, bias()) : hidden;
    });
  }

  /// Which keys a query sees: not later ones, not padding, not those before its window.
  Value seen(std::int64_t window) {
    const Value keys = once("keys", [&] {
      return call("Range", {integer(0).name, total().name, integer(1).name});
    });
    const Value queries = once("queries", [&] {
      const Value first = call("Sub", {total().name, length().name});
      const Value places = call("Range", {first.name, total().name, integer(1).name});
      return call("Unsqueeze", {places.name, ints({1}).name});
    });
    Value visible = call("LessOrEqual", {keys.name, queries.name});
    if (window > 0) {
      const Value begin = call("Sub", {queries.name, integer(window).name});
      const Value inside = call("Greater", {keys.name, begin.name});
      visible = call("And", {visible.name, inside.name});
    }
    const Value real = once("real", [&] {
      const Value flags = call("Cast", {given().name}, {{"to", std::int64_t{JM_BOOL}}});
      return call("Unsqueeze", {flags.name, ints({1, 2}).name});
    });
    return call("And", {visible.name, real.name});
  }

  /// Slope × the key's place among those of its row that are no padding.
  Value bias() {
    return once("bias", [&] {
      Value places = call("CumSum", {given().name, integer(1).name});
      places = call("Sub", {places.name, integer(1).name});
      places = multiply(places, given());
      places = call("Cast", {places.name}, {{"to", std::int64_t{JM_FLOAT32}}});
      places = call("Unsqueeze", {places.name, ints({1, 2}).name});
      return multiply(floats(alibi_slopes(spec().heads), {1, spec().heads, 1, 1}), places);
    });
  }
};

}  // namespace

std::unique_ptr<OnnxDecoder> make_growing_cache_decoder(const DecoderSpec& spec,
                                                        const WeightPlaces& places) {
  return std::make_unique<GrowingCacheDecoder>(spec, places);
}

}  // namespace joulemark::checkpoint
