// SPDX-License-Identifier: Apache-2.0
// Which operand a name of the ONNX model stands for.
#pragma once

#include <string>
#include <unordered_map>

namespace joulemark::lowering {

/// The names of a graph, and of those around it. What becomes of an outer operand inside of a block
/// (a form that is made there) stays inside, because the graph around cannot see it.
template <class Operand>
class Scope {
 public:
  Scope() = default;
  /// The names of a sub-graph of the one that `around` belongs to, which outlives this.
  explicit Scope(Scope* around) : around_(around) {}

  /// Null when no graph defines it. Stays valid.
  Operand* find(const std::string& name) {
    if (const auto own = operands_.find(name); own != operands_.end()) return &own->second;
    if (around_ == nullptr) return nullptr;
    const Operand* outer = around_->find(name);
    return outer == nullptr ? nullptr : &operands_.emplace(name, *outer).first->second;
  }
  [[nodiscard]] bool contains(const std::string& name) { return find(name) != nullptr; }
  Operand& operator[](const std::string& name) { return operands_[name]; }

 private:
  Scope* around_ = nullptr;
  std::unordered_map<std::string, Operand> operands_;
};

}  // namespace joulemark::lowering
