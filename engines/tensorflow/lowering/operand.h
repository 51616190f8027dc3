// SPDX-License-Identifier: Apache-2.0
// A value of the ONNX model while its graph is written.
#pragma once

#include <optional>

#include "lowering_kit/scope.h"
#include "model/onnx_graph.h"
#include "tensorflow/lowering/graph_writer.h"

namespace joulemark::tf {

enum class Keep { kConstant, kVariable };

/// A product of rows, before it is brought into shape.
struct Rows {
  Value value;  ///< [rows, columns]
  Value sizes;  ///< that it is given afterwards
};

/// A value of the graph, or a constant of the model that has not been written into it yet.
struct Operand {
  Value value;                                ///< without an operation: not written yet
  const model::OnnxTensor* weight = nullptr;  ///< null: no constant of the model
  Keep keep = Keep::kConstant;                ///< how a weight is written
  /// The same with all axes but the last as one, where it was computed so: a product's rows.
  std::optional<Rows> rows = std::nullopt;
};

using Scope = lowering::Scope<Operand>;

}  // namespace joulemark::tf
