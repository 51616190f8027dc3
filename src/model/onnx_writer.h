// SPDX-License-Identifier: Apache-2.0
// Writes ONNX files: nodes, small constants, and weights that lie in another file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/onnx_graph.h"
#include "model/port.h"
#include "model/tensor.h"

namespace joulemark::model {

/// A weight that stays where it is.
struct ExternalTensor {
  std::string name;
  jm_dtype dtype = JM_UNDEFINED;
  std::vector<std::int64_t> dims;
  std::string location;  ///< file beside the model
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// What a model file holds. Nodes in an order that can be run; names are the caller's affair.
struct OnnxContents {
  std::string graph_name;
  std::int64_t ir_version = 10;
  std::map<std::string, std::int64_t> opsets;  ///< domain → version, "" for ONNX's own
  std::map<std::string, std::string> metadata;
  std::vector<Port> inputs;   ///< tensors
  std::vector<Port> outputs;  ///< tensors
  std::vector<ExternalTensor> weights;
  std::vector<HostTensor> constants;
  /// Of the attributes: integers, floats, texts, and lists of integers or floats. `opset` is not
  /// looked at.
  std::vector<OnnxNode> nodes;
};

/// The bytes of the file. onnx.proto3 of ONNX 1.16 and later.
std::string serialize_onnx(const OnnxContents& contents);

}  // namespace joulemark::model
