// SPDX-License-Identifier: Apache-2.0
// An ONNX model as engines that build their own graph need it: nodes in an order that can be run,
// typed attributes, weights where they lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "joulemark/engine_abi.h"
#include "model/port.h"

namespace joulemark::model {

struct OnnxGraph;

/// A dense constant: little-endian elements as the ABI packs them. `data` points into the model's
/// file, into an external data file, or into a buffer, and need not be aligned; whoever keeps a
/// pointer into it keeps a copy of `owner`.
/// Invariant: `data.size() == byte_size(dtype, dims)`; for JM_STRING `data` is empty and
/// `strings.size() == element_count(dims)`.
struct OnnxTensor {
  std::string name;
  jm_dtype dtype = JM_UNDEFINED;
  std::vector<std::int64_t> dims;
  std::span<const std::byte> data;
  std::vector<std::string> strings;
  std::shared_ptr<const void> owner;  ///< null where the bytes are the caller's
};

/// The value of an attribute, by its declared type. Graphs are never null.
using OnnxAttributeValue =
    std::variant<std::int64_t, float, std::string, OnnxTensor, std::shared_ptr<const OnnxGraph>,
                 std::vector<std::int64_t>, std::vector<float>, std::vector<std::string>,
                 std::vector<OnnxTensor>, std::vector<std::shared_ptr<const OnnxGraph>>>;

struct OnnxAttribute {
  std::string name;
  OnnxAttributeValue value;
};

/// One operator call. No call of a model-local function is left: those are expanded.
struct OnnxNode {
  std::string name;     ///< as the file has it; of a node in a function "CALL/NODE"; may be empty
  std::string op_type;  ///< never empty
  std::string domain;   ///< "" for ONNX's own ("ai.onnx" is normalised to it)
  std::int64_t opset = 0;            ///< version of the domain that holds for this node
  std::vector<std::string> inputs;   ///< "" where an optional one is left out
  std::vector<std::string> outputs;  ///< "" where an optional one is not wanted
  std::vector<OnnxAttribute> attributes;

  /// Null when it is not there.
  [[nodiscard]] const OnnxAttributeValue* attribute(std::string_view wanted) const;
};

/// "node 'layer1/conv' (Conv)"; a node without a name goes by its first output: "node of 'y'
/// (Conv)".
std::string describe(const OnnxNode& node);

/// A graph or sub-graph. The name of a value is defined once in the whole model: where a sub-graph
/// or a function uses a name again, its value has got another name ("y#2"). A sub-graph uses values
/// of the graphs around it by their names, and may have one as its output.
struct OnnxGraph {
  std::string name;
  std::vector<Port> inputs;   ///< in the file's order, without those that are initializers
  std::vector<Port> outputs;  ///< each is an input, an initializer or an output of a node
  std::vector<OnnxTensor> initializers;
  std::vector<OnnxNode> nodes;  ///< every input is defined before it is used
};

struct OnnxModel {
  std::int64_t ir_version = 0;
  std::map<std::string, std::int64_t> opsets;  ///< domain → version, "" for ONNX's own
  OnnxGraph graph;
};

}  // namespace joulemark::model
