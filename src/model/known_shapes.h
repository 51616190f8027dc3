// SPDX-License-Identifier: Apache-2.0
// What is known of the shapes inside of a graph when its inputs' are given. For sources of this
// layer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/onnx_graph.h"

namespace joulemark::model {

using Dims = std::vector<std::int64_t>;

/// A shape, or a lower bound of every dimension of it.
struct KnownShape {
  Dims dims;
  bool exact = true;
};

/// Shapes by the names of values. Grows with the nodes in their order.
class KnownShapes {
 public:
  /// `inputs` are the shapes of the graph's inputs by name. Borrows the graph.
  KnownShapes(const OnnxGraph& graph, const std::map<std::string, Dims>& inputs);

  /// Learns what `node` puts out; an operator without a rule, or of unknown inputs, teaches
  /// nothing.
  void pass(const OnnxNode& node);

  /// Null where nothing is known.
  [[nodiscard]] const KnownShape* find(const std::string& name) const;
  [[nodiscard]] const KnownShape* input(const OnnxNode& node, std::size_t index) const;
  /// Null for a value that is no initializer.
  [[nodiscard]] const OnnxTensor* weight(const std::string& name) const;
  /// The elements of a small integer tensor that is the same for all values of the inputs; null
  /// where they are not known.
  [[nodiscard]] const Dims* integers(const OnnxNode& node, std::size_t index) const;

 private:
  void keep_integers(const OnnxTensor& tensor, const std::string& name);

  std::map<std::string, const OnnxTensor*> weights_;
  std::map<std::string, KnownShape> shapes_;
  std::map<std::string, Dims> integers_;
};

/// The value of an integer attribute, or `otherwise`.
std::int64_t integer_or(const OnnxNode& node, std::string_view name, std::int64_t otherwise);
/// The value of a list of integers; empty where it is not there.
Dims integers_of(const OnnxNode& node, std::string_view name);

/// The shape that `node` puts out first; empty where it has no rule or what it takes is not known.
std::optional<KnownShape> output_shape(const KnownShapes& known, const OnnxNode& node);
/// The elements of what `node` puts out, where they are integers and known.
std::optional<Dims> output_integers(const KnownShapes& known, const OnnxNode& node);

/// The product of the dimensions, 0 where one is not positive or it does not fit.
double product(const Dims& dims);

}  // namespace joulemark::model
