// SPDX-License-Identifier: Apache-2.0
// Small ONNX models, written byte by byte, for the tests that every engine must pass.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"

namespace joulemark::conformance {

/// An input or output of a graph; -1 is a dynamic dimension.
struct Value {
  std::string name;
  jm_dtype dtype = JM_FLOAT32;
  std::vector<std::int64_t> dims;
};

/// A node without attributes.
struct Node {
  std::string op;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<Value> inputs;
  std::vector<Value> outputs;
  /// An initializer "w" of one float32 that lies in this file beside the model; "" for none.
  std::string external_weight;
};

/// The bytes of an ONNX model of opset 13.
std::string serialized(const Graph& graph);

/// x[?,4] + y[?,4] → sum[?,4].
Graph addition();
/// x → y, of one type and shape.
Graph identity(jm_dtype dtype, std::vector<std::int64_t> dims);

/// Writes `bytes` to FOLDER/NAME and gives the path.
std::string write_file(const std::filesystem::path& folder, const std::string& name,
                       const std::string& bytes);

}  // namespace joulemark::conformance
