// SPDX-License-Identifier: Apache-2.0
// Model files.
#include "model/onnx_summary.h"

#include <string_view>

#include "model/testing/onnx_bytes.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)joulemark::model::parse_onnx_summary({reinterpret_cast<const char*>(data), size});
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace joulemark::testing;  // NOLINT(google-build-using-namespace)
  const std::string external =
      external_tensor_bytes("w", 4, {{"location", "w.bin"}, {"offset", "16"}, {"length", "16"}});
  const std::string type = tensor_type_bytes(JM_INT64, {{0, "batch"}, {8, ""}});
  return {relu_model_bytes(),
          model_bytes(graph_bytes({.nodes = {node_bytes("Gather"), node_bytes("Gelu", "custom")},
                                   .initializers = {external},
                                   .inputs = {port_bytes("w", type), port_bytes("ids", type)},
                                   .outputs = {port_bytes("y", type)}}))};
}
