// SPDX-License-Identifier: Apache-2.0
// The engine's order, the file's words.
#include "worker/ports.h"

#include <algorithm>

namespace joulemark::worker {

using model::Port;

std::vector<Port> merge_ports(const std::vector<EnginePort>& engine_ports,
                              const std::optional<model::OnnxSummary>& summary) {
  std::vector<Port> ports;
  for (const EnginePort& engine_port : engine_ports) {
    Port port;
    port.name = engine_port.name;
    port.dtype = engine_port.dtype;
    if (engine_port.has_dims) {
      port.dims.emplace();
      for (const std::int64_t dim : engine_port.dims) port.dims->push_back({dim, ""});
    }
    if (summary) {
      const auto declared = std::ranges::find(summary->all_inputs, port.name, &Port::name);
      if (declared != summary->all_inputs.end()) port = *declared;
    }
    ports.push_back(std::move(port));
  }
  return ports;
}

}  // namespace joulemark::worker
