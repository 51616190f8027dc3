// SPDX-License-Identifier: Apache-2.0
// Where the values of a graph are used last.
#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <unordered_map>
#include <vector>

namespace joulemark::torch_kit {

namespace tj = ::torch::jit;

/// Of every value the node of its own block in which, or inside of which, it is used last. Made in
/// one walk, because a value may have as many uses as the graph has nodes.
class Lifetimes {
 public:
  explicit Lifetimes(tj::Graph& graph);

  /// Whether `node` itself takes the value as its last use; false where a block of the node still
  /// reads it.
  [[nodiscard]] bool ends_at(const tj::Value* value, const tj::Node* node) const;
  /// The values whose last use is `node`, one with blocks, or lies in one of its blocks.
  [[nodiscard]] std::vector<const tj::Value*> ended_by(const tj::Node* node) const;

 private:
  struct Use {
    const tj::Node* node = nullptr;
    bool inside = false;  ///< in a block of the node
  };
  void walk(tj::Block* block);
  void note_inputs(const tj::Node* node);

  std::unordered_map<const tj::Value*, Use> last_;
  std::unordered_map<const tj::Node*, std::vector<const tj::Value*>> ended_;
};

}  // namespace joulemark::torch_kit
