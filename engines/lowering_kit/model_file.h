// SPDX-License-Identifier: Apache-2.0
// An ONNX file and its ports, as plugins need them.
#pragma once

#include <string>

#include "model/onnx_graph.h"
#include "plugin_kit/ports.h"

namespace joulemark::lowering {

/// Throws plugin::Failure: JM_UNSUPPORTED or JM_INVALID_MODEL, as the reader says.
model::OnnxModel read_model(const std::string& path);

/// As the model declares it. Throws plugin::Failure for what is no tensor.
plugin::Port port_of(const model::Port& from);

}  // namespace joulemark::lowering
