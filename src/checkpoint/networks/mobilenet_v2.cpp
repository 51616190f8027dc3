// SPDX-License-Identifier: Apache-2.0
// Inverted residuals as in table 2 of Sandler et al. 2018, arXiv 1801.04381, width 1.0.
#include <fmt/format.h>

#include "checkpoint/networks/architectures.h"

namespace joulemark::checkpoint {
namespace {

constexpr std::int64_t kStem = 32;
constexpr std::int64_t kLast = 1280;

/// A row of the table.
struct Stage {
  std::int64_t expansion, out, repeats, stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
/// Deviation of what a block adds to its input.
constexpr double kBranch = 0.5;
/// Variance of the pooled channels, over channels and images, measured with generated inputs.
constexpr double kPooled = 0.047;

struct Block {
  std::string name;
  std::int64_t in = 0, out = 0, expansion = 1, stride = 1;
};

class MobileNet {
 public:
  explicit MobileNet(NetworkWriter& network) : network_(network), onnx_(network.onnx()) {}

  void build() {
    Value x = relu6(network_.conv_norm(network_.image(), {.conv = "features.0.0",
                                                          .norm = "features.0.1",
                                                          .in = kImageChannels,
                                                          .out = kStem,
                                                          .kernel = 3,
                                                          .stride = 2,
                                                          .variance = kPixels}));
    std::int64_t channels = kStem;
    int index = 1;
    for (const Stage& stage : kStages)
      for (std::int64_t i = 0; i < stage.repeats; ++i) {
        x = block(x, {.name = fmt::format("features.{}.conv.", index++),
                      .in = channels,
                      .out = stage.out,
                      .expansion = stage.expansion,
                      .stride = i == 0 ? stage.stride : 1});
        channels = stage.out;
      }
    x = relu6(network_.conv_norm(x, {.conv = fmt::format("features.{}.0", index),
                                     .norm = fmt::format("features.{}.1", index),
                                     .in = channels,
                                     .out = kLast,
                                     .variance = variance_}));
    network_.classify(network_.pooled(x), "classifier.1", kLast, kPooled);
  }

 private:
  Value relu6(const Value& x) {
    return onnx_.call("Clip", {x.name, onnx_.number(0).name, onnx_.number(6).name});
  }

  Value block(const Value& x, const Block& block) {
    const std::int64_t hidden = block.in * block.expansion;
    int step = 0;
    Value y = x;
    if (block.expansion != 1) {
      y = relu6(network_.conv_norm(y, {.conv = block.name + "0.0",
                                       .norm = block.name + "0.1",
                                       .in = block.in,
                                       .out = hidden,
                                       .variance = variance_}));
      step = 1;
    }
    y = relu6(network_.conv_norm(y, {.conv = fmt::format("{}{}.0", block.name, step),
                                     .norm = fmt::format("{}{}.1", block.name, step),
                                     .in = hidden,
                                     .out = hidden,
                                     .kernel = 3,
                                     .stride = block.stride,
                                     .groups = hidden,
                                     .variance = kRectified}));
    const bool is_residual = block.stride == 1 && block.in == block.out;
    y = network_.conv_norm(y, {.conv = fmt::format("{}{}", block.name, step + 1),
                               .norm = fmt::format("{}{}", block.name, step + 2),
                               .in = hidden,
                               .out = block.out,
                               .variance = kRectified,
                               .gain = is_residual ? kBranch : 1});
    variance_ = is_residual ? variance_ + kBranch * kBranch : 1;
    return is_residual ? onnx_.add(x, y) : y;
  }

  NetworkWriter& network_;
  OnnxCalls& onnx_;
  double variance_ = 1;  ///< of what the blocks so far have added up
};

}  // namespace

void build_mobilenet_v2(NetworkWriter& network) {
  MobileNet(network).build();
}

}  // namespace joulemark::checkpoint
