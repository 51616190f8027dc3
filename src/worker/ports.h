// SPDX-License-Identifier: Apache-2.0
// A model's inputs, as engine and model file together know them.
#pragma once

#include <optional>
#include <vector>

#include "model/onnx_summary.h"
#include "worker/engine_calls.h"

namespace joulemark::worker {

/// The engine's list, with what the model file says of each input where it is one that can be read:
/// symbolic dimensions, kinds, limits of its elements.
std::vector<model::Port> merge_ports(const std::vector<EnginePort>& engine_ports,
                                     const std::optional<model::OnnxSummary>& summary);

}  // namespace joulemark::worker
