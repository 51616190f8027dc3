// SPDX-License-Identifier: Apache-2.0
// Networks written by hand with plain ATen calls: what the engines that read ONNX are measured
// against. Their weights are those of the files that bench/models writes.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace joulemark::bench {

using Weights = std::map<std::string, at::Tensor>;

/// How BERT is spelled: operator by operator as its file has it, or with the calls that users of
/// PyTorch write (gelu, scaled_dot_product_attention). The other networks are spelled alike in
/// both.
enum class Spelling { kAsInFile, kIdiomatic };

/// A network with its weights at hand.
class Network {
 public:
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  virtual ~Network() = default;
  /// Inputs and outputs in the order of the file. To be called in at::InferenceMode.
  [[nodiscard]] virtual std::vector<at::Tensor> run(
      const std::vector<at::Tensor>& inputs) const = 0;
};

/// The network that these weights belong to: ResNet, MobileNetV2 or BERT-base. Throws
/// std::out_of_range when a weight is missing.
std::unique_ptr<Network> make_network(const Weights& weights, Spelling spelling);

}  // namespace joulemark::bench
