// SPDX-License-Identifier: Apache-2.0
// ResNet-50 (He et al. 2015, arXiv 1512.03385; stride in the 3 × 3 convolution) over the layers
// that somebody wrote with the calls of one library.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "model/onnx_reader.h"
#include "model/tensor.h"

namespace joulemark::bench {

/// A convolution without a bias, and the normalisation behind it. It is padded so that a stride of
/// 1 keeps the size.
struct ConvNorm {
  std::string conv, norm;  ///< "conv1", "bn1": what its weights are named after
  std::int64_t stride = 1;
};

/// `layers` has conv_norm, relu, max_pool (3 × 3, stride 2, padding 1), add, and classify, which
/// takes the mean of each channel.
template <class Layers, class Value>
Value bottleneck(Layers& layers, Value x, const std::string& name, std::int64_t stride) {
  Value y = layers.relu(layers.conv_norm(x, {name + ".conv1", name + ".bn1"}));
  y = layers.relu(layers.conv_norm(y, {name + ".conv2", name + ".bn2", stride}));
  y = layers.conv_norm(y, {name + ".conv3", name + ".bn3"});
  const std::string shortcut = name + ".downsample.";
  const bool is_first = name.ends_with(".0");
  const Value kept = is_first ? layers.conv_norm(x, {shortcut + "0", shortcut + "1", stride}) : x;
  return layers.relu(layers.add(y, kept));
}

template <class Layers, class Value>
Value resnet50(Layers& layers, Value image) {
  constexpr int kBlocks[] = {3, 4, 6, 3};
  Value x = layers.max_pool(layers.relu(layers.conv_norm(image, {"conv1", "bn1", 2})));
  for (int stage = 0; stage < 4; ++stage)
    for (int i = 0; i < kBlocks[stage]; ++i) {
      const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(i);
      x = bottleneck(layers, x, name, stage > 0 && i == 0 ? 2 : 1);
    }
  return layers.classify(x, "fc");
}

/// The 32-bit floats of a file, by name.
class NetworkWeights {
 public:
  /// Ends the program with a message when the file cannot be read.
  explicit NetworkWeights(const std::string& path);
  /// Ends the program with a message when there is no such weight.
  [[nodiscard]] const model::OnnxTensor& at(const std::string& name) const;

 private:
  model::OnnxModel model_;
};

/// Ends the program unless `got` differs from the answer in `folder` by less than 1e-4 of its
/// largest element.
void check_answer(const model::HostTensor& got, const std::filesystem::path& folder);
/// The same for 32-bit floats, of which there are as many as in the answer.
void check_answer(const float* got, const std::filesystem::path& folder);

/// Ends the program with a message in its name.
[[noreturn]] void die(const std::string& why);

}  // namespace joulemark::bench
