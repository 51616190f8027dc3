// SPDX-License-Identifier: Apache-2.0
// What a sub-graph takes from the graphs around it.
#pragma once

#include <string>
#include <vector>

#include "model/onnx_graph.h"

namespace joulemark::lowering {

/// Names of values that `graph`, or a graph inside of it, reads or gives and does not define, each
/// once, in the order in which they are met.
std::vector<std::string> outer_names(const model::OnnxGraph& graph);

}  // namespace joulemark::lowering
