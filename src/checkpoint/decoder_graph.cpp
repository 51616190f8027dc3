// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/decoder_graph.h"

#include <fmt/format.h>

namespace joulemark::checkpoint {
namespace {

using Dims = std::vector<std::int64_t>;

class Builder {
 public:
  Builder(const DecoderSpec& spec, WeightTable& weights, DecoderSink& sink)
      : spec_(spec), weights_(weights), sink_(sink) {}

  Status build() {
    Value x = embedded();
    // A claim of a billion layers ends at the first one that has no weights.
    for (std::int64_t layer = 0; layer < spec_.layers && weights_.good(); ++layer) {
      layer_ = layer;
      x = spec_.residual == Residual::kSequential || spec_.residual == Residual::kFromNorm
              ? sequential(x)
              : parallel(x);
    }
    if (!weights_.good()) return weights_.status();
    x = norm(sink_.wanted_rows(x), spec_.names.final_norm);
    sink_.logits(head(x));
    return weights_.status();
  }

 private:
  /// The name of a part in the current layer.
  [[nodiscard]] std::string here(const std::string& pattern) const {
    return fmt::format(fmt::runtime(pattern), layer_);
  }

  WeightRef weight(const std::string& name, const Dims& dims) {
    return {weights_.take(name, dims), dims};
  }

  Value embedded() {
    const Dims table{spec_.vocabulary, spec_.hidden};
    Value x = sink_.embed(weight(embedding_name(), table));
    if (spec_.embedding_scale != 1) x = sink_.scaled(x, spec_.embedding_scale);
    if (spec_.position == PositionScheme::kLearned) {
      const Dims positions{spec_.max_positions, spec_.hidden};
      x = sink_.add(x, sink_.embed_positions(weight(spec_.names.positions + ".weight", positions)));
    }
    return spec_.embedding_norm ? norm(x, spec_.names.embedding_norm) : x;
  }

  /// Of a tied model the file may hold the head alone.
  std::string embedding_name() {
    const std::string own = spec_.names.embedding + ".weight";
    if (spec_.tied && !weights_.has(own))
      if (const auto head = head_name()) return *head;
    return own;
  }

  std::optional<std::string> head_name() {
    for (const std::string& name : spec_.names.head)
      if (weights_.has(name + ".weight")) return name + ".weight";
    return std::nullopt;
  }

  Value head(const Value& x) {
    const std::string name =
        spec_.tied ? embedding_name() : head_name().value_or(spec_.names.head.front() + ".weight");
    Linear product{weight(name, {spec_.vocabulary, spec_.hidden}), std::nullopt,
                   MatrixLayout::kOutIn, spec_.vocabulary};
    if (spec_.head_bias)
      product.bias = weight(spec_.names.head.front() + ".bias", {spec_.vocabulary});
    return sink_.linear(x, product);
  }

  Value norm(const Value& x, const std::string& name) {
    Norm norm{weight(name + ".weight", {spec_.hidden}), std::nullopt};
    if (spec_.norm == NormKind::kLayer) norm.bias = weight(name + ".bias", {spec_.hidden});
    return sink_.norm(x, norm);
  }

  enum class Bias { kWithout, kWith };
  static Bias bias_if(bool wanted) { return wanted ? Bias::kWith : Bias::kWithout; }

  struct Sizes {
    std::int64_t in, out;
  };

  Value linear(const Value& x, const std::string& name, Sizes sizes, Bias bias) {
    const Dims dims = spec_.matrices == MatrixLayout::kOutIn ? Dims{sizes.out, sizes.in}
                                                             : Dims{sizes.in, sizes.out};
    Linear product{weight(name + ".weight", dims), std::nullopt, spec_.matrices, sizes.out};
    if (bias == Bias::kWith) product.bias = weight(name + ".bias", {sizes.out});
    return sink_.linear(x, product);
  }

  Value mlp(const Value& x) {
    const DecoderNames& names = spec_.names;
    const Sizes wide{spec_.hidden, spec_.intermediate};
    const Bias bias = bias_if(spec_.mlp_bias);
    Value inner = linear(x, here(spec_.gated ? names.gate : names.up), wide, bias);
    inner = sink_.activate(inner, spec_.activation);
    if (spec_.gated) inner = sink_.multiply(inner, linear(x, here(names.up), wide, bias));
    return linear(inner, here(names.down), {spec_.intermediate, spec_.hidden}, bias);
  }

  std::array<Value, 3> projected(const Value& x) {
    const std::int64_t queries = spec_.heads * spec_.head_size;
    const std::int64_t shared = spec_.kv_heads * spec_.head_size;
    const Bias bias = bias_if(spec_.qkv_bias);
    const DecoderNames& names = spec_.names;
    if (spec_.qkv != QkvLayout::kApart)
      return sink_.split(linear(x, here(names.qkv), {spec_.hidden, queries + 2 * shared}, bias));
    return {linear(x, here(names.query), {spec_.hidden, queries}, bias),
            linear(x, here(names.key), {spec_.hidden, shared}, bias),
            linear(x, here(names.value), {spec_.hidden, shared}, bias)};
  }

  Value head_norm(const Value& x, const std::string& pattern, std::int64_t heads) {
    HeadNorms norms{heads, {}, std::nullopt};
    const bool shared = spec_.head_norm == HeadNorm::kShared;
    for (std::int64_t head = 0; head < (shared ? 1 : heads) && weights_.good(); ++head) {
      const std::string name = fmt::format(fmt::runtime(pattern), layer_, head);
      norms.weights.push_back(weight(name + ".weight", {spec_.head_size}));
      if (spec_.head_norm_bias) norms.bias = weight(name + ".bias", {spec_.head_size});
    }
    return sink_.head_norm(x, norms);
  }

  Value attention(const Value& x) {
    auto [query, key, value] = projected(x);
    if (spec_.head_norm != HeadNorm::kNone) {
      query = head_norm(query, spec_.names.query_norm, spec_.heads);
      key = head_norm(key, spec_.names.key_norm, spec_.kv_heads);
    }
    const Value seen = sink_.attend({layer_, query, key, value});
    return linear(seen, here(spec_.names.attention_output),
                  {spec_.heads * spec_.head_size, spec_.hidden},
                  bias_if(spec_.attention_output_bias));
  }

  Value sequential(const Value& x) {
    const bool from_norm = spec_.residual == Residual::kFromNorm;
    const Value first = norm(x, here(spec_.names.norm1));
    const Value middle = sink_.add(from_norm ? first : x, attention(first));
    const Value second = norm(middle, here(spec_.names.norm2));
    return sink_.add(from_norm ? second : middle, mlp(second));
  }

  Value parallel(const Value& x) {
    const Value first = norm(x, here(spec_.names.norm1));
    const Value second =
        spec_.residual == Residual::kParallel ? norm(x, here(spec_.names.norm2)) : first;
    const Value seen = attention(first);
    return sink_.add(sink_.add(x, seen), mlp(second));
  }

  const DecoderSpec& spec_;
  WeightTable& weights_;
  DecoderSink& sink_;
  std::int64_t layer_ = 0;
};

}  // namespace

Status build_decoder(const DecoderSpec& spec, WeightTable& weights, DecoderSink& sink) {
  return Builder(spec, weights, sink).build();
}

}  // namespace joulemark::checkpoint
