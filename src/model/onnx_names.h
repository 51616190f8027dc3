// SPDX-License-Identifier: Apache-2.0
// Which value a name of the file stands for, and the name that it gets in the model. For sources
// of this layer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace joulemark::model::onnx {

/// Gives every value of a model a name of its own.
class UniqueNames {
 public:
  /// `wanted`, or with "#2", "#3", … when that is taken.
  std::string take(const std::string& wanted);

 private:
  std::unordered_map<std::string, std::size_t> uses_;
};

/// The names that a graph or the body of a function defines, as the file has them. Borrows them,
/// and the scope around it.
class Scope {
 public:
  /// `outer`: where names are looked up that this one does not define; null for the main graph and
  /// for a function, which sees nothing around it.
  explicit Scope(const Scope* outer) : outer_(outer) {}
  /// False when the scope itself has the name already.
  bool define(std::string_view name, std::string unique) {
    return names_.emplace(name, std::move(unique)).second;
  }
  /// The name in the model; null when nothing defines it.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// Whether this scope itself has it.
  [[nodiscard]] bool defines(std::string_view name) const { return names_.contains(name); }

 private:
  const Scope* outer_;
  std::unordered_map<std::string_view, std::string> names_;
};

}  // namespace joulemark::model::onnx
