// SPDX-License-Identifier: Apache-2.0
// Inputs and outputs as the experiment's own file has them, for a server that does not say.
#pragma once

#include <string>

#include "plugin_kit/ports.h"

namespace joulemark::http_engine {

struct FilePorts {
  plugin::PortList inputs;
  plugin::PortList outputs;
};

/// Of an ONNX file; none of any other model, and of a file that cannot be read.
FilePorts ports_in(const std::string& path);

}  // namespace joulemark::http_engine
