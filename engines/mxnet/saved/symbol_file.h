// SPDX-License-Identifier: Apache-2.0
// The nodes of a symbol.json. The file is untrusted: the library itself is only given what was
// checked here.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace joulemark::mx {

/// One result of a node.
struct SavedEntry {
  std::size_t node = 0;
  std::size_t index = 0;
  bool operator==(const SavedEntry&) const = default;
};

struct SavedNode {
  std::string op;  ///< "" for a variable
  std::string name;
  std::vector<std::pair<std::string, std::string>> attrs;
  std::vector<SavedEntry> inputs;  ///< of nodes in front of this one

  [[nodiscard]] bool is_variable() const { return op.empty(); }
  /// Null when it has no such attribute.
  [[nodiscard]] const std::string* attribute(const std::string& key) const;
};

struct SymbolFile {
  std::string json;
  std::vector<SavedNode> nodes;
  std::vector<SavedEntry> heads;  ///< results of operators, each once
  bool numpy_shapes = false;      ///< a size of 0 is a size, not one that is unknown
};

/// Throws plugin::Failure: JM_INVALID_MODEL for what is no symbol, JM_UNSUPPORTED for operators
/// that hold graphs of their own, call into another program or read files.
SymbolFile parse_symbol(std::string json);

}  // namespace joulemark::mx
