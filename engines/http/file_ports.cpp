// SPDX-License-Identifier: Apache-2.0
#include "file_ports.h"

#include "model/onnx_summary.h"

namespace joulemark::http_engine {
namespace {

plugin::Port port_of(const model::Port& port) {
  plugin::Port made{
      .name = port.name, .dtype = port.dtype, .rank_known = port.dims.has_value(), .dims = {}};
  if (port.dims)
    for (const model::Dim& dim : *port.dims) made.dims.push_back(dim.value);
  return made;
}

plugin::PortList list_of(const std::vector<model::Port>& ports) {
  std::vector<plugin::Port> all;
  all.reserve(ports.size());
  for (const model::Port& port : ports) all.push_back(port_of(port));
  return plugin::PortList(std::move(all));
}

}  // namespace

FilePorts ports_in(const std::string& path) {
  if (!path.ends_with(".onnx")) return {};
  const auto summary = model::read_onnx_summary(path);
  if (!summary) return {};
  return {.inputs = list_of(summary->inputs), .outputs = list_of(summary->outputs)};
}

}  // namespace joulemark::http_engine
