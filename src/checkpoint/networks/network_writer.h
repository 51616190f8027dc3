// SPDX-License-Identifier: Apache-2.0
// The layers that networks share, as the operators that exporters write for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/made_up_weights.h"
#include "checkpoint/onnx_calls.h"

namespace joulemark::checkpoint {

/// Variance of what a rectifier makes of a standard normal number: (1 - 1/π) / 2. Its mean does not
/// count, since balanced rows take it away (Brock, De & Smith 2021, arXiv 2101.08692).
inline constexpr double kRectified = 0.340845;

/// Side of the images that the networks take.
inline constexpr std::int64_t kImageSide = 224;
inline constexpr std::int64_t kImageChannels = 3;
/// Variance of pixels that are spread evenly over [0, 1), as generated inputs are.
inline constexpr double kPixels = 1.0 / 12;
inline constexpr std::int64_t kClasses = 1000;

/// A convolution without a bias and the normalisation behind it, named as the authors' weights are.
struct ConvNorm {
  std::string conv, norm;
  std::int64_t in = 0, out = 0;  ///< channels
  std::int64_t kernel = 1, stride = 1, groups = 1;
  double variance = 1;  ///< of the input, around its mean
  double gain = 1;      ///< deviation of the result
};

/// A graph under construction and the weights that it names. Each layer's result is of variance 1
/// unless it says otherwise, by what the layer is told of its input.
class NetworkWriter {
 public:
  /// Borrows the places; a weight without one is listed and not declared.
  NetworkWriter(std::string graph_name, const WeightPlaces& places);

  [[nodiscard]] OnnxCalls& onnx() { return onnx_; }
  [[nodiscard]] const std::vector<MadeUpWeight>& weights() const { return weights_; }

  /// Lists and declares a weight, of a name that is new.
  Value weight(MadeUpWeight weight);
  /// What multiplies each channel, near `centre`, and what is added to it, near 0.
  Value scale(const std::string& name, std::int64_t width, double centre = 1);
  Value shift(const std::string& name, std::int64_t width);

  /// The input `x` of images, [batch, 3, 224, 224].
  Value image();
  /// Convolution and BatchNormalization, which stays an operator of its own. What it holds for the
  /// variance of its input is what the layer is told.
  Value conv_norm(const Value& x, const ConvNorm& layer);
  /// Mean of each channel, [batch, channels].
  Value pooled(const Value& x);
  /// The output `logits`, [batch, 1000], of pooled features with the variance `variance`.
  void classify(const Value& x, const std::string& name, std::int64_t features, double variance);

 private:
  Value batch_norm(const Value& x, const ConvNorm& layer);

  OnnxCalls onnx_;
  std::vector<MadeUpWeight> weights_;
};

}  // namespace joulemark::checkpoint
