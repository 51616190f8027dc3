// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/model_file.h"

#include "model/onnx_reader.h"
#include "plugin_kit/status.h"

namespace joulemark::lowering {

model::OnnxModel read_model(const std::string& path) {
  auto model = model::read_onnx_model(path);
  if (model) return std::move(*model);
  const bool lacks = model.error().kind == ErrorKind::kUnsupported;
  plugin::fail(lacks ? JM_UNSUPPORTED : JM_INVALID_MODEL, model.error().message);
}

plugin::Port port_of(const model::Port& from) {
  if (from.kind != model::ValueKind::kTensor)
    plugin::fail(JM_UNSUPPORTED, "'" + from.name + "' is a " + model::to_string(from.kind) +
                                     "; only tensors can be passed");
  plugin::Port port;
  port.name = from.name;
  port.dtype = from.dtype;
  port.rank_known = from.dims.has_value();
  if (from.dims)
    for (const model::Dim& dim : *from.dims) port.dims.push_back(dim.value);
  return port;
}

}  // namespace joulemark::lowering
