// SPDX-License-Identifier: Apache-2.0
// The messages of an ONNX file as they are written, decoded but not yet understood. For sources of
// this layer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/port.h"
#include "model/tensor_header.h"

/// Every view points into the bytes that were decoded, which must outlive the messages. No weight
/// is touched or copied.
namespace joulemark::model::onnx {

/// A model that breaks a rule beyond its bytes, thrown within this layer only. `why` is for people.
struct InvalidModel {
  std::string why;
  ErrorKind kind = ErrorKind::kFailed;
};

/// Sub-graphs inside sub-graphs (and functions inside functions). Real models have two or three;
/// the limit keeps the stack bounded.
inline constexpr int kMaxDepth = 64;

/// onnx.AttributeProto.AttributeType.
enum class AttributeType : std::uint32_t {
  kUndefined = 0,
  kFloat = 1,
  kInt = 2,
  kString = 3,
  kTensor = 4,
  kGraph = 5,
  kFloats = 6,
  kInts = 7,
  kStrings = 8,
  kTensors = 9,
  kGraphs = 10,
  kSparseTensor = 11,
  kSparseTensors = 12,
  kTypeProto = 13,
  kTypeProtos = 14,
};

/// "INT", "TENSOR", …, as onnx.proto calls it.
const char* to_string(AttributeType type);

struct Tensor {
  TensorHeader header;
  std::string_view bytes;  ///< the whole message, for its typed fields
};

struct SparseTensor {
  Tensor values;  ///< its name is that of the sparse tensor
  Tensor indices;
};

struct Graph;

struct Attribute {
  std::string_view name;
  std::string_view reference;  ///< the function's attribute that it takes its value from, or ""
  AttributeType declared = AttributeType::kUndefined;
  std::uint32_t found = 0;  ///< bit n: fields of AttributeType n are there
  // A single value is the only element of the list of its type.
  std::vector<std::int64_t> ints;
  std::vector<float> floats;
  std::vector<std::string_view> strings;
  std::vector<Tensor> tensors;
  std::vector<Graph> graphs;
  std::vector<SparseTensor> sparse_tensors;
};

struct Node {
  std::string_view name;
  std::string_view op_type;
  std::string_view domain;  ///< "ai.onnx" is normalised to "", here and in every domain
  std::string_view overload;
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<Attribute> attributes;
};

struct Graph {
  std::string_view name;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<SparseTensor> sparse_initializers;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

/// Domain → version.
using Opsets = std::map<std::string_view, std::int64_t>;

struct Function {
  std::string_view name;
  std::string_view domain;
  std::string_view overload;
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<Attribute> defaults;  ///< attributes that a call may leave out
  std::vector<Node> nodes;
  Opsets opsets;
};

struct Model {
  std::int64_t ir_version = 0;
  std::string_view producer;
  Opsets opsets;
  Graph graph;
  std::vector<Function> functions;
};

/// Decodes a serialised ModelProto. Fails with what is wrong with the bytes: empty, a Git LFS
/// pointer, another format, truncated, nested too deep.
Result<Model> decode_model(std::string_view bytes);

}  // namespace joulemark::model::onnx
