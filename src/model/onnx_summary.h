// SPDX-License-Identifier: Apache-2.0
// What an ONNX file says of itself, read without an engine: inputs, outputs, operators, external
// data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/port.h"

namespace joulemark::model {

/// One operator that the graph or its subgraphs and functions use.
struct OperatorUse {
  std::string domain;  ///< "" for ONNX's own
  std::string op_type;
  std::int64_t count = 0;
};

/// An external data file and the bytes that the model needs of it.
struct ExternalFile {
  std::string location;  ///< as the model writes it, relative to the model's folder
  std::uint64_t bytes_needed = 0;
};

struct OnnxSummary {
  std::int64_t ir_version = 0;
  std::string producer;
  std::string graph_name;
  std::map<std::string, std::int64_t> opsets;  ///< domain → version
  std::vector<Port> inputs;      ///< what a caller must give: without those that are initializers
  std::vector<Port> all_inputs;  ///< as the graph lists them
  std::vector<Port> outputs;
  std::vector<OperatorUse> operators;  ///< sorted by domain, then type
  std::vector<std::string> initializers;
  std::vector<ExternalFile> external_files;
  std::uint64_t weight_bytes = 0;  ///< of all initializers, inside and outside the file
};

/// Reads a model file. Fails when it is truncated, is not an ONNX model, or when its external data
/// are missing, too short, or outside the model's folder (absolute, "..", or through a link).
Result<OnnxSummary> read_onnx_summary(const std::filesystem::path& path);

/// The same on bytes, external data not looked at but their locations checked.
Result<OnnxSummary> parse_onnx_summary(std::string_view bytes);

}  // namespace joulemark::model
