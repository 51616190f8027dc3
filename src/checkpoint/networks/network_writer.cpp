// SPDX-License-Identifier: Apache-2.0
// Rows of convolutions are balanced: behind a rectifier every channel has a positive mean, which
// would otherwise grow from layer to layer until all inputs gave the same answer.
#include "checkpoint/networks/network_writer.h"

#include <cmath>
#include <utility>

namespace joulemark::checkpoint {
namespace {

/// LayerNormalization is there since 17; IR version 8 is what came with it.
constexpr std::int64_t kOpset = 17;
constexpr std::int64_t kIrVersion = 8;
constexpr float kNormEpsilon = 1e-5F;
constexpr float kNormMomentum = 0.9F;
/// How far what is learned lies from what it was at first, so that no engine can drop it.
constexpr float kScaleDeviation = 0.1F;
constexpr float kShiftDeviation = 0.05F;

}  // namespace

NetworkWriter::NetworkWriter(std::string graph_name, const WeightPlaces& places)
    : onnx_(std::move(graph_name), places) {
  onnx_.set_versions(kOpset, kIrVersion);
}

Value NetworkWriter::weight(MadeUpWeight weight) {
  const Value value = onnx_.weight({weight.name, weight.dims});
  weights_.push_back(std::move(weight));
  return value;
}

Value NetworkWriter::scale(const std::string& name, std::int64_t width, double centre) {
  const auto middle = static_cast<float>(centre);
  return weight(
      {.name = name, .dims = {width}, .deviation = kScaleDeviation * middle, .centre = middle});
}

Value NetworkWriter::shift(const std::string& name, std::int64_t width) {
  return weight({.name = name, .dims = {width}, .deviation = kShiftDeviation});
}

Value NetworkWriter::image() {
  return onnx_.input("x", JM_FLOAT32,
                     {{-1, "batch"}, {kImageChannels, ""}, {kImageSide, ""}, {kImageSide, ""}});
}

Value NetworkWriter::conv_norm(const Value& x, const ConvNorm& layer) {
  const std::int64_t inner = layer.in / layer.groups;
  const auto fan_in = static_cast<double>(inner * layer.kernel * layer.kernel);
  const Value filters = weight({.name = layer.conv + ".weight",
                                .dims = {layer.out, inner, layer.kernel, layer.kernel},
                                .deviation = static_cast<float>(1 / std::sqrt(fan_in)),
                                .rows = Rows::kBalanced});
  using Ints = std::vector<std::int64_t>;
  const Value y = onnx_.call("Conv", {x.name, filters.name},
                             {{"dilations", Ints(2, 1)},
                              {"group", layer.groups},
                              {"kernel_shape", Ints(2, layer.kernel)},
                              {"pads", Ints(4, layer.kernel / 2)},
                              {"strides", Ints(2, layer.stride)}});
  return batch_norm(y, layer);
}

Value NetworkWriter::batch_norm(const Value& x, const ConvNorm& layer) {
  const auto& [name, out] = std::pair(layer.norm, layer.out);
  const Value gamma = scale(name + ".weight", out, layer.gain);
  const Value beta = shift(name + ".bias", out);
  const Value mean = shift(name + ".running_mean", out);
  const Value variance = scale(name + ".running_var", out, layer.variance);
  return onnx_.call("BatchNormalization", {x.name, gamma.name, beta.name, mean.name, variance.name},
                    {{"epsilon", kNormEpsilon}, {"momentum", kNormMomentum}});
}

Value NetworkWriter::pooled(const Value& x) {
  const Value means = onnx_.call("GlobalAveragePool", {x.name});
  return onnx_.call("Flatten", {means.name}, {{"axis", std::int64_t{1}}});
}

void NetworkWriter::classify(const Value& x, const std::string& name, std::int64_t features,
                             double variance) {
  const double deviation = 1 / std::sqrt(static_cast<double>(features) * variance);
  const Value matrix = weight({.name = name + ".weight",
                               .dims = {kClasses, features},
                               .deviation = static_cast<float>(deviation),
                               .rows = Rows::kBalanced});
  const Value bias = shift(name + ".bias", kClasses);
  onnx_.call("Gemm", {x.name, matrix.name, bias.name}, {{"transB", std::int64_t{1}}});
  onnx_.output("logits", {{-1, "batch"}, {kClasses, ""}});
  onnx_.end_with("logits");
}

}  // namespace joulemark::checkpoint
