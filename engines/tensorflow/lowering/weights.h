// SPDX-License-Identifier: Apache-2.0
// Constants of the model: how they are kept, written and moved.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include "model/onnx_graph.h"
#include "tensorflow/lowering/graph_writer.h"
#include "tensorflow/lowering/operand.h"

namespace joulemark::tf {

/// As the option `weights` says it.
enum class WeightsOption { kAuto, kConstant, kVariable };

/// Names of the initializers that become variables: TensorFlow copies a constant several times
/// while it optimises, and a variable not once. kAuto: large matrices that only products and
/// look-ups read. A convolution packs its weights once where they are constants, and in every run
/// else. kVariable: all large ones of floating types.
std::unordered_set<std::string> variables_of(const model::OnnxGraph& graph, WeightsOption option);

/// The constant as a value of the graph. Throws plugin::Failure for a type that TensorFlow lacks.
Value write_weight(GraphWriter& graph, const Operand& weight);

/// The same with its axes in another order.
Value write_transposed(GraphWriter& graph, const Operand& weight, const Ints& order);

/// The elements of an integer constant; nothing for other types.
std::optional<Ints> ints_of(const model::OnnxTensor& tensor);

}  // namespace joulemark::tf
