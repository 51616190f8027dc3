// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/onnx_graph.h"

namespace joulemark::lowering {

/// Exporters write GELU as x/2 · (1 + erf(x/√2)), before opset 20 for want of an operator. Wherever
/// the graph has that, in whatever order it multiplies, and nothing else reads what lies between, a
/// node `Gelu` (opset 20) stands in its place afterwards. Returns how many.
int join_gelus(model::OnnxGraph& graph);

}  // namespace joulemark::lowering
