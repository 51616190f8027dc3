// SPDX-License-Identifier: Apache-2.0
// Nodes in an order that can be run. For sources of this layer.
#pragma once

#include "base/error.h"
#include "model/onnx_graph.h"

namespace joulemark::model::onnx {

/// Puts the nodes behind those whose outputs they, or sub-graphs in them, use; nodes that are in
/// such an order already stay where they are. Sub-graphs must be in order. Fails when nodes wait
/// for each other, and names them.
Status sort_nodes(OnnxGraph& graph);

}  // namespace joulemark::model::onnx
