// SPDX-License-Identifier: Apache-2.0
// The encoder of Devlin et al. 2018, arXiv 1810.04805, with its pooler, in the operators that
// exporters write for it: no fused attention, GELU by way of Erf.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "checkpoint/networks/architectures.h"

namespace joulemark::checkpoint {
namespace {

constexpr std::int64_t kVocabulary = 30522;
constexpr std::int64_t kPositions = 512;
constexpr std::int64_t kTokenTypes = 2;
constexpr std::int64_t kLayers = 12;
constexpr std::int64_t kHeads = 12;
constexpr std::int64_t kHidden = 768;
constexpr std::int64_t kHeadSize = kHidden / kHeads;
constexpr std::int64_t kIntermediate = 3072;
constexpr float kEpsilon = 1e-12F;
/// Words tell texts apart; the norm behind the sum makes it 1.
constexpr float kWordDeviation = 0.04F;
constexpr float kPositionDeviation = 0.01F;
constexpr float kTypeDeviation = 0.005F;
/// Attention averages tokens and so makes them alike, which it must not do faster than the other
/// half of a layer makes them differ.
constexpr double kAttentionGain = 0.5;
/// Mean square of GELU of a standard normal number.
constexpr double kGeluSquare = 0.425;
constexpr const char* kLastHidden = "last_hidden_state";
constexpr const char* kPooled = "pooler_output";

class Bert {
 public:
  explicit Bert(NetworkWriter& network) : network_(network), onnx_(network.onnx()) {
    ids_ = input("input_ids");
    mask_ = input("attention_mask");
    types_ = input("token_type_ids");
  }

  void build() {
    Value x = embedded();
    const Value hidden = hidden_keys();
    for (std::int64_t i = 0; i < kLayers; ++i)
      x = layer(x, hidden, fmt::format("encoder.layer.{}.", i));
    onnx_.end_with(kLastHidden);
    onnx_.output(kLastHidden, {{-1, "batch"}, {-1, "sequence"}, {kHidden, ""}});
    pool();
  }

 private:
  using Ints = std::vector<std::int64_t>;

  Value input(const char* name) {
    return onnx_.input(name, JM_INT64, {{-1, "batch"}, {-1, "sequence"}});
  }

  Value table(const char* name, std::int64_t rows, float deviation) {
    return network_.weight({.name = fmt::format("embeddings.{}_embeddings.weight", name),
                            .dims = {rows, kHidden},
                            .deviation = deviation});
  }

  Value norm(const Value& x, const std::string& name) {
    const Value scale = network_.scale(name + ".weight", kHidden);
    const Value shift = network_.shift(name + ".bias", kHidden);
    return onnx_.call("LayerNormalization", {x.name, scale.name, shift.name},
                      {{"axis", std::int64_t{-1}}, {"epsilon", kEpsilon}});
  }

  struct Linear {
    std::string name;
    std::int64_t in = kHidden, out = kHidden;
    double gain = 1;
  };

  Value matrix(const Linear& layer, const Ints& dims) {
    const double deviation = layer.gain / std::sqrt(static_cast<double>(layer.in));
    return network_.weight(
        {.name = layer.name + ".weight", .dims = dims, .deviation = static_cast<float>(deviation)});
  }

  /// Of [batch, sequence, in]. The matrix lies as a product wants it, which exporters see to.
  Value linear(const Value& x, const Linear& layer) {
    const Value weight = matrix(layer, {layer.in, layer.out});
    const Value product = onnx_.call("MatMul", {x.name, weight.name});
    return onnx_.add(network_.shift(layer.name + ".bias", layer.out), product);
  }

  /// The numbers 0 to sequence - 1.
  Value positions() {
    Ints all(kPositions);
    std::iota(all.begin(), all.end(), 0);
    const Value shape = onnx_.call("Shape", {ids_.name});
    const Value length = onnx_.call("Gather", {shape.name, onnx_.ints({1}).name});
    return onnx_.call("Slice", {onnx_.ints(all).name, onnx_.ints({0}).name, length.name});
  }

  Value embedded() {
    const Value words =
        onnx_.call("Gather", {table("word", kVocabulary, kWordDeviation).name, ids_.name});
    const Value types =
        onnx_.call("Gather", {table("token_type", kTokenTypes, kTypeDeviation).name, types_.name});
    const Value places = onnx_.call(
        "Gather", {table("position", kPositions, kPositionDeviation).name, positions().name});
    return norm(onnx_.add(onnx_.add(words, types), places), "embeddings.LayerNorm");
  }

  /// What is added to the scores, [batch, 1, 1, sequence]: 0, or the lowest number for a key that
  /// the mask hides.
  Value hidden_keys() {
    const Value given = onnx_.call("Unsqueeze", {mask_.name, onnx_.ints({1, 2}).name});
    const Value seen = onnx_.call("Cast", {given.name}, {{"to", std::int64_t{JM_FLOAT32}}});
    const Value unseen = onnx_.call("Sub", {onnx_.number(1).name, seen.name});
    return onnx_.scaled(unseen, std::numeric_limits<float>::lowest());
  }

  /// Rows of heads, [batch, heads, sequence, head_size] or in another order.
  Value by_head(const Value& x, const Ints& order) {
    const Value split = onnx_.call("Reshape", {x.name, onnx_.ints({0, 0, kHeads, kHeadSize}).name});
    return onnx_.call("Transpose", {split.name}, {{"perm", order}});
  }

  Value attention(const Value& x, const Value& hidden, const std::string& name) {
    const auto projected = [&](const char* part, const Ints& order) {
      return by_head(linear(x, {.name = name + "self." + part}), order);
    };
    const Value query = projected("query", {0, 2, 1, 3});
    const Value key = projected("key", {0, 2, 3, 1});
    const Value value = projected("value", {0, 2, 1, 3});
    const Value products = onnx_.call("MatMul", {query.name, key.name});
    const double root = std::sqrt(static_cast<double>(kHeadSize));
    const Value scores = onnx_.call("Div", {products.name, onnx_.number(root).name});
    const Value parts =
        onnx_.call("Softmax", {onnx_.add(scores, hidden).name}, {{"axis", std::int64_t{-1}}});
    const Value seen = onnx_.call("MatMul", {parts.name, value.name});
    const Value rows = onnx_.call("Transpose", {seen.name}, {{"perm", Ints{0, 2, 1, 3}}});
    const Value joined = onnx_.call("Reshape", {rows.name, onnx_.ints({0, 0, kHidden}).name});
    return linear(joined, {.name = name + "output.dense", .gain = kAttentionGain});
  }

  /// x/2 · (1 + erf(x/√2)).
  Value gelu(const Value& x) {
    const Value inner = onnx_.call("Div", {x.name, onnx_.number(std::sqrt(2.0)).name});
    const Value error = onnx_.call("Erf", {inner.name});
    return onnx_.scaled(onnx_.multiply(x, onnx_.add(error, onnx_.number(1))), 0.5);
  }

  Value layer(const Value& x, const Value& hidden, const std::string& name) {
    const Value seen = norm(onnx_.add(attention(x, hidden, name + "attention."), x),
                            name + "attention.output.LayerNorm");
    const Value inner =
        gelu(linear(seen, {.name = name + "intermediate.dense", .out = kIntermediate}));
    const Value outer = linear(
        inner,
        {.name = name + "output.dense", .in = kIntermediate, .gain = 1 / std::sqrt(kGeluSquare)});
    return norm(onnx_.add(outer, seen), name + "output.LayerNorm");
  }

  /// Of the first token.
  void pool() {
    const Value first =
        onnx_.call("Gather", {kLastHidden, onnx_.integer(0).name}, {{"axis", std::int64_t{1}}});
    const Value weight = matrix({.name = "pooler.dense"}, {kHidden, kHidden});
    const Value bias = network_.shift("pooler.dense.bias", kHidden);
    const Value dense =
        onnx_.call("Gemm", {first.name, weight.name, bias.name}, {{"transB", std::int64_t{1}}});
    onnx_.call("Tanh", {dense.name});
    onnx_.end_with(kPooled);
    onnx_.output(kPooled, {{-1, "batch"}, {kHidden, ""}});
  }

  NetworkWriter& network_;
  OnnxCalls& onnx_;
  Value ids_, mask_, types_;
};

}  // namespace

void build_bert_base(NetworkWriter& network) {
  Bert(network).build();
}

}  // namespace joulemark::checkpoint
