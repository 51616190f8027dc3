// SPDX-License-Identifier: Apache-2.0
// BERT as transformers has it, and the choice among the networks.
#include "torch_networks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tanh.h>

#include <cmath>
#include <limits>

#include "torch_vision.h"

namespace joulemark::bench {
namespace {

constexpr std::int64_t kHeads = 12;
constexpr double kEpsilon = 1e-12;

/// A matrix as MatMul takes it, [in, out], and a bias.
class Linear {
 public:
  Linear(const Weights& weights, const std::string& name)
      : weight_(weights.at(name + ".weight").t()), bias_(weights.at(name + ".bias")) {}
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    return at::linear(x, weight_, bias_);
  }

 private:
  at::Tensor weight_, bias_;
};

class LayerNorm {
 public:
  LayerNorm(const Weights& weights, const std::string& name)
      : scale_(weights.at(name + ".weight")), bias_(weights.at(name + ".bias")) {}
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    return at::layer_norm(x, scale_.sizes(), scale_, bias_, kEpsilon);
  }

 private:
  at::Tensor scale_, bias_;
};

at::Tensor split_heads(const at::Tensor& x) {
  return x.view({x.size(0), x.size(1), kHeads, -1}).transpose(1, 2);
}

struct Layer {
  Layer(const Weights& weights, const std::string& name)
      : query(weights, name + ".attention.self.query"),
        key(weights, name + ".attention.self.key"),
        value(weights, name + ".attention.self.value"),
        output(weights, name + ".attention.output.dense"),
        inner(weights, name + ".intermediate.dense"),
        outer(weights, name + ".output.dense"),
        attention_norm(weights, name + ".attention.output.LayerNorm"),
        norm(weights, name + ".output.LayerNorm") {}

  [[nodiscard]] at::Tensor operator()(const at::Tensor& x, const at::Tensor& bias,
                                      Spelling spelling) const {
    const at::Tensor mixed =
        attend(split_heads(query(x)), split_heads(key(x)), split_heads(value(x)), bias, spelling);
    const at::Tensor joined = mixed.transpose(1, 2).reshape(x.sizes());
    const at::Tensor y = attention_norm(output(joined) + x);
    return norm(outer(activate(inner(y), spelling)) + y);
  }

  static at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const at::Tensor& bias, Spelling spelling) {
    if (spelling == Spelling::kIdiomatic) return at::scaled_dot_product_attention(q, k, v, bias);
    const double root = std::sqrt(static_cast<double>(q.size(3)));
    const at::Tensor scores = at::matmul(q, k.transpose(2, 3)) / root + bias;
    return at::matmul(at::softmax(scores, -1), v);
  }
  static at::Tensor activate(const at::Tensor& x, Spelling spelling) {
    if (spelling == Spelling::kIdiomatic) return at::gelu(x);
    return x * (at::erf(x / std::sqrt(2.0)) + 1) * 0.5;
  }

  Linear query, key, value, output, inner, outer;
  LayerNorm attention_norm, norm;
};

class Bert final : public Network {
 public:
  Bert(const Weights& weights, Spelling spelling)
      : spelling_(spelling),
        words_(weights.at("embeddings.word_embeddings.weight")),
        types_(weights.at("embeddings.token_type_embeddings.weight")),
        places_(weights.at("embeddings.position_embeddings.weight")),
        numbers_(weights.at("embeddings.position_ids")),
        pooler_(weights.at("pooler.dense.weight")),
        pooler_bias_(weights.at("pooler.dense.bias")),
        norm_(weights, "embeddings.LayerNorm") {
    for (int k = 0; weights.contains(name(k) + ".output.dense.weight"); ++k)
      layers_.emplace_back(weights, name(k));
  }

  /// input_ids, attention_mask, token_type_ids.
  [[nodiscard]] std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) const override {
    const at::Tensor& ids = inputs.at(0);
    const at::Tensor numbers = numbers_.slice(1, 0, ids.size(1));
    at::Tensor x = at::embedding(words_, ids) + at::embedding(types_, inputs.at(2));
    x = norm_(x + at::embedding(places_, numbers));
    const at::Tensor mask = inputs.at(1).unsqueeze(1).unsqueeze(2).to(at::kFloat);
    const at::Tensor bias = (1 - mask) * std::numeric_limits<float>::lowest();
    for (const Layer& layer : layers_) x = layer(x, bias, spelling_);
    return {x, at::tanh(at::linear(x.select(1, 0), pooler_, pooler_bias_))};
  }

 private:
  static std::string name(int k) { return "encoder.layer." + std::to_string(k); }

  Spelling spelling_;
  at::Tensor words_, types_, places_, numbers_, pooler_, pooler_bias_;
  LayerNorm norm_;
  std::vector<Layer> layers_;
};

}  // namespace

std::unique_ptr<Network> make_network(const Weights& weights, Spelling spelling) {
  if (weights.contains("embeddings.position_ids")) return std::make_unique<Bert>(weights, spelling);
  if (weights.contains("layer1.0.conv1.weight")) return make_resnet(weights);
  return make_mobilenet_v2(weights);
}

}  // namespace joulemark::bench
