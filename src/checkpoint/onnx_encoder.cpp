// SPDX-License-Identifier: Apache-2.0
// BERT with one row a token: products over [batch × length, width], attention over the rows apart.
#include "checkpoint/onnx_encoder.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "checkpoint/onnx_calls.h"
#include "checkpoint/weight_table.h"

namespace joulemark::checkpoint {
namespace {

using Dims = std::vector<std::int64_t>;

/// Attention is there since 23.
constexpr std::int64_t kOpset = 23;

class Builder {
 public:
  Builder(const EncoderSpec& spec, WeightTable& weights, const WeightPlaces& places)
      : spec_(spec), weights_(weights), onnx_(spec.model_type, places) {
    onnx_.need_opset(kOpset);
    for (const char* name : {"input_ids", "attention_mask", "token_type_ids"}) ids(name);
  }

  Result<std::string> build() {
    onnx_.output(kHidden, {{-1, "batch"}, {-1, "length"}, {spec_.hidden, ""}});
    Value x = embedded();
    // A claim of a billion layers ends at the first one that has no weights.
    for (std::int64_t i = 0; i < spec_.layers && weights_.good(); ++i)
      x = layer(x, fmt::format("encoder.layer.{}.", i));
    by_row(x);
    onnx_.end_with(kHidden);
    if (weights_.has(std::string(kPooler) + ".weight") ||
        weights_.has(std::string(kPooler) + ".bias"))
      pool();
    if (auto fits = weights_.status(); !fits) return fail(fits.error());
    return onnx_.finish();
  }

 private:
  static constexpr const char* kHidden = "last_hidden_state";
  static constexpr const char* kPooled = "pooler_output";
  static constexpr const char* kPooler = "pooler.dense";

  WeightRef weight(const std::string& name, const Dims& dims) {
    return {weights_.take(name, dims), dims};
  }

  Value ids(const char* name) {
    return onnx_.input(name, JM_INT64, {{-1, "batch"}, {-1, "length"}});
  }

  Value linear(const Value& x, const std::string& name, std::int64_t in, std::int64_t out) {
    return onnx_.linear(x, {weight(name + ".weight", {out, in}), weight(name + ".bias", {out}),
                            MatrixLayout::kOutIn, out});
  }

  /// Files of the first implementation call the weight gamma and the bias beta.
  Value norm(const Value& x, const std::string& name) {
    const bool old = !weights_.has(name + ".weight") && weights_.has(name + ".gamma");
    const WeightRef scale = weight(name + (old ? ".gamma" : ".weight"), {spec_.hidden});
    const WeightRef bias = weight(name + (old ? ".beta" : ".bias"), {spec_.hidden});
    return onnx_.call(
        "LayerNormalization", {x.name, onnx_.weight(scale).name, onnx_.weight(bias).name},
        {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(spec_.norm_epsilon)}});
  }

  /// [batch, length].
  Value shape() {
    return onnx_.once("shape", [&] { return onnx_.call("Shape", {ids("input_ids").name}); });
  }

  /// One of the two numbers of the shape, [1].
  Value size(std::int64_t axis) {
    return onnx_.once(fmt::format("size {}", axis), [&] {
      return onnx_.call("Gather", {shape().name, onnx_.ints({axis}).name});
    });
  }

  /// [tokens, hidden] → [batch, length, hidden].
  Value by_row(const Value& x) {
    const Value dims = onnx_.once("dims", [&] {
      return onnx_.call("Concat", {shape().name, onnx_.ints({spec_.hidden}).name},
                        {{"axis", std::int64_t{0}}});
    });
    return onnx_.call("Reshape", {x.name, dims.name});
  }

  Value flat(const Value& x) {
    return onnx_.call("Reshape", {x.name, onnx_.ints({-1, spec_.hidden}).name});
  }

  Value looked_up(const std::string& name, std::int64_t rows, const char* input) {
    const Value table = onnx_.weight(weight(name, {rows, spec_.hidden}));
    return onnx_.call("Gather", {table.name, ids(input).name});
  }

  Value embedded() {
    const Value words =
        looked_up("embeddings.word_embeddings.weight", spec_.vocabulary, "input_ids");
    const Value types =
        looked_up("embeddings.token_type_embeddings.weight", spec_.token_types, "token_type_ids");
    const WeightRef table =
        weight("embeddings.position_embeddings.weight", {spec_.max_positions, spec_.hidden});
    const Value positions = onnx_.call("Slice", {onnx_.weight(table).name, onnx_.ints({0}).name,
                                                 size(1).name, onnx_.ints({0}).name});
    const Value sum = onnx_.add(onnx_.add(words, types), positions);
    return norm(flat(sum), "embeddings.LayerNorm");
  }

  /// What is added to the scores, [batch, 1, length, length]: the lowest number hides a key and,
  /// other than infinity, leaves a row without any token numbers.
  Value mask() {
    return onnx_.once("mask", [&] {
      const Value given =
          onnx_.call("Cast", {ids("attention_mask").name}, {{"to", std::int64_t{JM_BOOL}}});
      const Value added =
          onnx_.call("Where", {given.name, onnx_.number(0).name,
                               onnx_.number(std::numeric_limits<float>::lowest()).name});
      const Value keys = onnx_.call("Unsqueeze", {added.name, onnx_.ints({1, 2}).name});
      const Value dims =
          onnx_.call("Concat", {size(0).name, onnx_.ints({1}).name, size(1).name, size(1).name},
                     {{"axis", std::int64_t{0}}});
      return onnx_.call("Expand", {keys.name, dims.name});
    });
  }

  Value attention(const Value& x, const std::string& name) {
    const auto projected = [&](const char* part) {
      return by_row(linear(x, name + "self." + part, spec_.hidden, spec_.hidden));
    };
    const Value query = projected("query");
    const Value key = projected("key");
    const Value value = projected("value");
    const float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(spec_.head_size)));
    const Value seen =
        onnx_.call("Attention", {query.name, key.name, value.name, mask().name},
                   {{"q_num_heads", spec_.heads}, {"kv_num_heads", spec_.heads}, {"scale", scale}});
    return linear(flat(seen), name + "output.dense", spec_.hidden, spec_.hidden);
  }

  Value layer(const Value& x, const std::string& name) {
    const Value seen =
        norm(onnx_.add(attention(x, name + "attention."), x), name + "attention.output.LayerNorm");
    Value inner = linear(seen, name + "intermediate.dense", spec_.hidden, spec_.intermediate);
    inner = onnx_.activate(inner, spec_.activation);
    const Value outer = linear(inner, name + "output.dense", spec_.intermediate, spec_.hidden);
    return norm(onnx_.add(outer, seen), name + "output.LayerNorm");
  }

  /// Of the first token, wherever padding is.
  void pool() {
    onnx_.output(kPooled, {{-1, "batch"}, {spec_.hidden, ""}});
    const Value first =
        onnx_.call("Gather", {kHidden, onnx_.integer(0).name}, {{"axis", std::int64_t{1}}});
    onnx_.call("Tanh", {linear(first, kPooler, spec_.hidden, spec_.hidden).name});
    onnx_.end_with(kPooled);
  }

  const EncoderSpec& spec_;
  WeightTable& weights_;
  OnnxCalls onnx_;
};

}  // namespace

Result<std::string> build_onnx_encoder(const EncoderSpec& spec, const WeightFiles& weights,
                                       const WeightPlaces& places) {
  WeightTable table(weights, {"bert."});
  return Builder(spec, table, places).build();
}

}  // namespace joulemark::checkpoint
