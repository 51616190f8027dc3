// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/gelu.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "lowering_kit/outer_names.h"
#include "model/dtype.h"

namespace joulemark::lowering {
namespace {

using model::OnnxGraph;
using model::OnnxNode;
using model::OnnxTensor;

/// A node's other input where one of its two is a constant.
struct Scaled {
  std::string x;
  double factor;
};

class Search {
 public:
  explicit Search(const OnnxGraph& graph) {
    for (const OnnxTensor& weight : graph.initializers) note_constant(weight.name, weight);
    for (const OnnxNode& node : graph.nodes) note(node);
    for (const model::Port& output : graph.outputs) ++readers_[output.name];
  }

  /// The GELU that ends with this node: its x, and its other nodes in `between`.
  std::optional<std::string> ends_gelu(const OnnxNode& node) {
    between.clear();
    if (!is(node, "Mul")) return std::nullopt;
    // (x · a) · ½
    if (const auto half = scaled(node, 0.5))
      if (const OnnxNode* product = inner(half->x); product != nullptr && is(*product, "Mul"))
        return product_of_x(*product);
    // (x · ½) · a, x · (a · ½)
    for (std::size_t i = 0; i < 2; ++i) {
      const OnnxNode* other = inner(node.inputs[1 - i]);
      if (other == nullptr || !is(*other, "Mul")) continue;
      const auto half = scaled(*other, 0.5);
      if (!half) continue;
      if (const auto x = one_plus_error(half->x); x && *x == node.inputs[i]) return x;
      if (const auto x = one_plus_error(node.inputs[i]); x && *x == half->x) return x;
      between.clear();
    }
    return std::nullopt;
  }

  std::vector<const OnnxNode*> between;

 private:
  static bool is(const OnnxNode& node, std::string_view op) {
    return node.domain.empty() && node.op_type == op && (op == "Erf" || node.inputs.size() == 2);
  }

  void note_constant(const std::string& name, const OnnxTensor& tensor) {
    if (tensor.dtype != JM_FLOAT32 || tensor.data.size() != sizeof(float)) return;
    constants_[name] = model::element_as_double(tensor.dtype, tensor.data.data(), 0);
  }

  void note(const OnnxNode& node) {
    for (const std::string& input : node.inputs) ++readers_[input];
    for (const model::OnnxAttribute& attribute : node.attributes) {
      if (const auto* body = std::get_if<std::shared_ptr<const OnnxGraph>>(&attribute.value))
        for (const std::string& name : outer_names(**body)) ++readers_[name];
      const auto* tensor = std::get_if<OnnxTensor>(&attribute.value);
      if (tensor != nullptr && node.op_type == "Constant" && !node.outputs.empty())
        note_constant(node.outputs[0], *tensor);
    }
    if (node.outputs.size() == 1) makers_[node.outputs[0]] = &node;
  }

  /// The node that makes a value which one node reads, noted as between; null for other values.
  const OnnxNode* inner(const std::string& name) {
    const auto maker = makers_.find(name);
    if (maker == makers_.end() || readers_[name] != 1) return nullptr;
    between.push_back(maker->second);
    return maker->second;
  }

  std::optional<Scaled> scaled(const OnnxNode& node, double wanted) const {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto found = constants_.find(node.inputs[i]);
      if (found != constants_.end() && std::abs(found->second / wanted - 1) < 1e-6)
        return Scaled{node.inputs[1 - i], wanted};
    }
    return std::nullopt;
  }

  /// x · (1 + erf(x/√2)): its x.
  std::optional<std::string> product_of_x(const OnnxNode& product) {
    const std::vector<const OnnxNode*> before = between;
    for (std::size_t i = 0; i < 2; ++i) {
      if (const auto x = one_plus_error(product.inputs[1 - i]); x && *x == product.inputs[i])
        return x;
      between = before;
    }
    return std::nullopt;
  }

  /// 1 + erf(x/√2): its x.
  std::optional<std::string> one_plus_error(const std::string& name) {
    const OnnxNode* sum = inner(name);
    if (sum == nullptr || !is(*sum, "Add")) return std::nullopt;
    const auto one = scaled(*sum, 1);
    const OnnxNode* error = one ? inner(one->x) : nullptr;
    if (error == nullptr || !is(*error, "Erf")) return std::nullopt;
    const OnnxNode* part = inner(error->inputs[0]);
    if (part == nullptr) return std::nullopt;
    if (is(*part, "Mul")) {
      const auto root = scaled(*part, 1 / std::numbers::sqrt2);
      return root ? std::optional(root->x) : std::nullopt;
    }
    if (!is(*part, "Div")) return std::nullopt;
    const auto root = scaled(*part, std::numbers::sqrt2);
    return root && root->x == part->inputs[0] ? std::optional(root->x) : std::nullopt;
  }

  std::unordered_map<std::string, double> constants_;
  std::unordered_map<std::string, const OnnxNode*> makers_;
  std::unordered_map<std::string, int> readers_;
};

}  // namespace

int join_gelus(OnnxGraph& graph) {
  Search search(graph);
  std::unordered_set<const OnnxNode*> gone;
  std::vector<std::pair<OnnxNode*, std::string>> found;
  for (OnnxNode& node : graph.nodes)
    if (const auto x = search.ends_gelu(node)) {
      found.emplace_back(&node, *x);
      gone.insert(search.between.begin(), search.between.end());
    }
  for (const auto& [node, x] : found) {
    node->op_type = "Gelu";
    node->opset = 20;
    node->inputs = {x};
    node->attributes.clear();
  }
  std::vector<OnnxNode> left;
  for (OnnxNode& node : graph.nodes)
    if (!gone.contains(&node)) left.push_back(std::move(node));
  graph.nodes = std::move(left);
  return static_cast<int>(found.size());
}

}  // namespace joulemark::lowering
