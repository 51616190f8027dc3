// SPDX-License-Identifier: Apache-2.0
// What a graph says of one of its inputs or outputs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"

namespace joulemark::model {

/// One dimension: a number, or -1 with a symbolic name ("batch_size"; "" when it has none).
struct Dim {
  std::int64_t value = -1;
  std::string symbol;
  bool operator==(const Dim&) const = default;
};

/// What the value of an input or output is. Only tensors can be measured.
enum class ValueKind { kTensor, kSequence, kOptional, kMap, kSparseTensor, kUnknown };

/// "tensor", "sequence", …
const char* to_string(ValueKind kind);

/// An input or output of the graph.
struct Port {
  std::string name;
  ValueKind kind = ValueKind::kTensor;
  jm_dtype dtype = JM_UNDEFINED;
  std::optional<std::vector<Dim>> dims;  ///< empty: the rank is unknown
  /// Of an input of integers: rows of the smallest table that the graph looks up with them, so
  /// that each must be less. Empty: none is known.
  std::optional<std::int64_t> index_limit = {};
};

}  // namespace joulemark::model
