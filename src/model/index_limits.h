// SPDX-License-Identifier: Apache-2.0
// How large the integers of an input may be that a graph looks up in tables. For sources of this
// layer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/onnx_messages.h"

namespace joulemark::model {

/// Collects the nodes of one graph that look up (Gather) or pass values on unchanged, and the
/// shapes of its initializers. Borrows what the nodes point to.
class IndexLimits {
 public:
  void add_node(const onnx::Node& node);
  void add_initializer(const std::string& name, const std::vector<std::int64_t>& dims) {
    tables_[name] = dims;
  }
  /// Value name → the rows of the smallest table that is looked up with its elements. Holds every
  /// name that such a look-up leads back to, also those within the graph.
  [[nodiscard]] std::map<std::string, std::int64_t> find() const;

 private:
  struct Lookup {
    std::string_view table;
    std::string_view indices;
    std::int64_t axis = 0;
  };
  /// Where the values of an output come from.
  struct Source {
    std::vector<std::string_view> inputs;
    bool keeps_shape = false;
  };
  [[nodiscard]] std::int64_t rows_of(const Lookup& lookup) const;
  void trace(std::string_view from, std::int64_t rows,
             std::map<std::string, std::int64_t>& limits) const;

  std::vector<Lookup> lookups_;
  std::map<std::string_view, Source> sources_;
  std::map<std::string, std::vector<std::int64_t>, std::less<>> tables_;
};

}  // namespace joulemark::model
