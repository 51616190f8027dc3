// SPDX-License-Identifier: Apache-2.0
// What an ONNX file says of itself, read without an engine: inputs, outputs, operators, external
// data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "joulemark/engine_abi.h"

namespace joulemark::model {

/// One dimension: a number, or -1 with a symbolic name ("batch_size"; "" when it has none).
struct Dim {
  std::int64_t value = -1;
  std::string symbol;
  bool operator==(const Dim&) const = default;
};

/// What the value of an input or output is. Only tensors can be measured.
enum class ValueKind { kTensor, kSequence, kOptional, kMap, kSparseTensor, kUnknown };

/// "tensor", "sequence", …
const char* to_string(ValueKind kind);

/// An input or output of the graph.
struct Port {
  std::string name;
  ValueKind kind = ValueKind::kTensor;
  jm_dtype dtype = JM_UNDEFINED;
  std::optional<std::vector<Dim>> dims;  ///< empty: the rank is unknown
  /// Of an input of integers: rows of the smallest table that the graph looks up with them, so
  /// that each must be less. Empty: none is known.
  std::optional<std::int64_t> index_limit = {};
};

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
