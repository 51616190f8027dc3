// SPDX-License-Identifier: Apache-2.0
// Bottlenecks as in table 1 of He et al. 2015, arXiv 1512.03385, with the stride in the 3 × 3
// convolution (v1.5), which is what is served and what MLPerf Inference measures. In the paper it
// stands in the 1 × 1 convolution before.
#include <fmt/format.h>

#include "checkpoint/networks/architectures.h"

namespace joulemark::checkpoint {
namespace {

constexpr std::int64_t kStem = 64;
constexpr std::int64_t kExpansion = 4;
constexpr std::int64_t kBlocks[] = {3, 4, 6, 3};
/// Deviation of what a block adds to its input.
constexpr double kBranch = 0.5;
/// Variance of the largest of nine rectified neighbours.
constexpr double kLargest = 0.45;
/// Variance of the pooled channels, over channels and images, measured with generated inputs.
constexpr double kPooled = 0.04;

struct Block {
  std::string name;
  std::int64_t in = 0, width = 0, stride = 1;
};

class ResNet {
 public:
  explicit ResNet(NetworkWriter& network) : network_(network), onnx_(network.onnx()) {}

  void build() {
    Value x = relu(network_.conv_norm(network_.image(), {.conv = "conv1",
                                                         .norm = "bn1",
                                                         .in = kImageChannels,
                                                         .out = kStem,
                                                         .kernel = 7,
                                                         .stride = 2,
                                                         .variance = kPixels}));
    x = onnx_.call("MaxPool", {x.name},
                   {{"kernel_shape", Ints{3, 3}}, {"pads", Ints(4, 1)}, {"strides", Ints{2, 2}}});
    std::int64_t channels = kStem;
    for (int stage = 0; stage < 4; ++stage)
      for (std::int64_t i = 0; i < kBlocks[stage]; ++i) {
        const std::int64_t width = kStem << stage;
        x = block(x, {.name = fmt::format("layer{}.{}", stage + 1, i),
                      .in = channels,
                      .width = width,
                      .stride = stage > 0 && i == 0 ? 2 : 1});
        channels = width * kExpansion;
      }
    network_.classify(network_.pooled(x), "fc", channels, kPooled);
  }

 private:
  using Ints = std::vector<std::int64_t>;

  Value relu(const Value& x) { return onnx_.call("Relu", {x.name}); }

  Value block(const Value& x, const Block& block) {
    const std::string& name = block.name;
    const std::int64_t out = block.width * kExpansion;
    const Value reduced = relu(network_.conv_norm(x, {.conv = name + ".conv1",
                                                      .norm = name + ".bn1",
                                                      .in = block.in,
                                                      .out = block.width,
                                                      .variance = variance_}));
    const Value seen = relu(network_.conv_norm(reduced, {.conv = name + ".conv2",
                                                         .norm = name + ".bn2",
                                                         .in = block.width,
                                                         .out = block.width,
                                                         .kernel = 3,
                                                         .stride = block.stride,
                                                         .variance = kRectified}));
    const Value added = network_.conv_norm(seen, {.conv = name + ".conv3",
                                                  .norm = name + ".bn3",
                                                  .in = block.width,
                                                  .out = out,
                                                  .variance = kRectified,
                                                  .gain = kBranch});
    const bool is_projected = block.in != out;
    const Value sum = onnx_.add(added, is_projected ? projected(x, block) : x);
    variance_ = (is_projected ? kRectified : variance_) + kRectified * kBranch * kBranch;
    return relu(sum);
  }

  Value projected(const Value& x, const Block& block) {
    return network_.conv_norm(x, {.conv = block.name + ".downsample.0",
                                  .norm = block.name + ".downsample.1",
                                  .in = block.in,
                                  .out = block.width * kExpansion,
                                  .stride = block.stride,
                                  .variance = variance_});
  }

  NetworkWriter& network_;
  OnnxCalls& onnx_;
  double variance_ = kLargest;  ///< of what the blocks so far have added up, rectified
};

}  // namespace

void build_resnet50(NetworkWriter& network) {
  ResNet(network).build();
}

}  // namespace joulemark::checkpoint
