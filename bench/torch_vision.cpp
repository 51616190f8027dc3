// SPDX-License-Identifier: Apache-2.0
// ResNet and MobileNetV2 as torchvision has them, activations in place.
#include "torch_vision.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>

#include <optional>

namespace joulemark::bench {
namespace {

/// A convolution, with its batch normalisation where the file has one.
class Conv {
 public:
  Conv(const Weights& weights, const std::string& name, const std::string& norm,
       std::int64_t stride, std::int64_t groups = 1)
      : weight_(weights.at(name + ".weight")), stride_(stride), groups_(groups) {
    if (const auto bias = weights.find(name + ".bias"); bias != weights.end()) bias_ = bias->second;
    if (!weights.contains(norm + ".running_mean")) return;
    scale_ = weights.at(norm + ".weight");
    shift_ = weights.at(norm + ".bias");
    mean_ = weights.at(norm + ".running_mean");
    variance_ = weights.at(norm + ".running_var");
  }
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    const std::int64_t padding = weight_.size(2) / 2;
    at::Tensor y =
        at::conv2d(x, weight_, bias_, {stride_, stride_}, {padding, padding}, {1, 1}, groups_);
    if (!scale_) return y;
    return at::batch_norm(y, scale_, shift_, mean_, variance_, /*training=*/false,
                          /*momentum=*/0.1, /*eps=*/1e-5, /*cudnn_enabled=*/false);
  }

 private:
  at::Tensor weight_;
  std::optional<at::Tensor> bias_, scale_, shift_, mean_, variance_;
  std::int64_t stride_;
  std::int64_t groups_;
};

/// Mean over the image, then a linear layer.
class Head {
 public:
  Head(const Weights& weights, const std::string& name)
      : weight_(weights.at(name + ".weight")), bias_(weights.at(name + ".bias")) {}
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    return at::linear(at::adaptive_avg_pool2d(x, {1, 1}).flatten(1), weight_, bias_);
  }

 private:
  at::Tensor weight_, bias_;
};

struct Bottleneck {
  Bottleneck(const Weights& weights, const std::string& name, std::int64_t stride)
      : reduce(weights, name + ".conv1", name + ".bn1", 1),
        spatial(weights, name + ".conv2", name + ".bn2", stride),
        restore(weights, name + ".conv3", name + ".bn3", 1) {
    if (weights.contains(name + ".downsample.0.weight"))
      shortcut.emplace(weights, name + ".downsample.0", name + ".downsample.1", stride);
  }
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    at::Tensor y = reduce(x);
    at::relu_(y);
    y = spatial(y);
    at::relu_(y);
    y = restore(y);
    y.add_(shortcut ? (*shortcut)(x) : x);
    return at::relu_(y);
  }
  Conv reduce, spatial, restore;
  std::optional<Conv> shortcut;
};

class Resnet final : public Network {
 public:
  explicit Resnet(const Weights& weights)
      : stem_(weights, "conv1", "bn1", 2), head_(weights, "fc") {
    for (int stage = 1; stage <= 4; ++stage)
      for (int block = 0;; ++block) {
        const std::string name = "layer" + std::to_string(stage) + "." + std::to_string(block);
        if (!weights.contains(name + ".conv1.weight")) break;
        blocks_.emplace_back(weights, name, stage > 1 && block == 0 ? 2 : 1);
      }
  }
  [[nodiscard]] std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) const override {
    at::Tensor x = stem_(inputs.at(0));
    at::relu_(x);
    x = at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});
    for (const Bottleneck& block : blocks_) x = block(x);
    return {head_(x)};
  }

 private:
  Conv stem_;
  std::vector<Bottleneck> blocks_;
  Head head_;
};

void clip6(at::Tensor& x) {
  at::hardtanh_(x, 0, 6);
}

struct InvertedResidual {
  InvertedResidual(const Weights& weights, const std::string& name, std::int64_t stride)
      : depthwise(depthwise_of(weights, name, stride)), project(project_of(weights, name)) {
    const std::string first = name + ".conv.0.0";
    if (!is_depthwise(weights, first)) expand.emplace(weights, first, name + ".conv.0.1", 1);
    const at::Tensor& in = weights.at(first + ".weight");
    const std::int64_t inner = expand ? in.size(1) : in.size(0);
    residual = stride == 1 && inner == weights.at(project_name(weights, name) + ".weight").size(0);
  }
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
    at::Tensor y = x;
    if (expand) clip6(y = (*expand)(y));
    clip6(y = depthwise(y));
    y = project(y);
    return residual ? x + y : y;
  }

  static bool is_depthwise(const Weights& weights, const std::string& name) {
    return weights.at(name + ".weight").size(2) == 3;
  }
  static int first_step(const Weights& weights, const std::string& name) {
    return is_depthwise(weights, name + ".conv.0.0") ? 0 : 1;
  }
  static std::string project_name(const Weights& weights, const std::string& name) {
    return name + ".conv." + std::to_string(first_step(weights, name) + 1);
  }
  static Conv depthwise_of(const Weights& weights, const std::string& name, std::int64_t stride) {
    const std::string step = name + ".conv." + std::to_string(first_step(weights, name));
    return {weights, step + ".0", step + ".1", stride, weights.at(step + ".0.weight").size(0)};
  }
  static Conv project_of(const Weights& weights, const std::string& name) {
    const std::string norm = name + ".conv." + std::to_string(first_step(weights, name) + 2);
    return {weights, project_name(weights, name), norm, 1};
  }

  std::optional<Conv> expand;
  Conv depthwise, project;
  bool residual = false;
};

class MobilenetV2 final : public Network {
 public:
  explicit MobilenetV2(const Weights& weights)
      : stem_(weights, "features.0.0", "features.0.1", 2),
        last_(weights, "features.18.0", "features.18.1", 1),
        head_(weights, "classifier.1") {
    for (int k = 1; k < 18; ++k) {
      const bool halves = k == 2 || k == 4 || k == 7 || k == 14;
      blocks_.emplace_back(weights, "features." + std::to_string(k), halves ? 2 : 1);
    }
  }
  [[nodiscard]] std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) const override {
    at::Tensor x = stem_(inputs.at(0));
    clip6(x);
    for (const InvertedResidual& block : blocks_) x = block(x);
    clip6(x = last_(x));
    return {head_(x)};
  }

 private:
  Conv stem_;
  std::vector<InvertedResidual> blocks_;
  Conv last_;
  Head head_;
};

}  // namespace

std::unique_ptr<Network> make_resnet(const Weights& weights) {
  return std::make_unique<Resnet>(weights);
}

std::unique_ptr<Network> make_mobilenet_v2(const Weights& weights) {
  return std::make_unique<MobilenetV2>(weights);
}

}  // namespace joulemark::bench
