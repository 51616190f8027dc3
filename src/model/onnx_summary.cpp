// SPDX-License-Identifier: Apache-2.0
// Adds up what the messages say, then looks at the external data files.
#include "model/onnx_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "model/index_limits.h"
#include "model/mapped_file.h"
#include "model/onnx_messages.h"
#include "model/tensor.h"
#include "model/tensor_header.h"

namespace joulemark::model {
namespace {

using onnx::InvalidModel;

/// Collects what the messages of a model say.
class SummaryReader {
 public:
  OnnxSummary read(const onnx::Model& model);

 private:
  void add_graph(const onnx::Graph& graph);
  void add_nodes(const std::vector<onnx::Node>& nodes);
  void add_main_graph(const onnx::Graph& graph);
  void add_tensor(const TensorHeader& header);
  void add_external(const TensorHeader& header, std::uint64_t tensor_bytes);
  void finish();

  OnnxSummary summary_;
  std::map<std::pair<std::string_view, std::string_view>, std::int64_t> operators_;
  std::map<std::string, std::uint64_t> external_;
  IndexLimits limits_;
};

OnnxSummary SummaryReader::read(const onnx::Model& model) {
  summary_.ir_version = model.ir_version;
  summary_.producer = model.producer;
  summary_.opsets = {model.opsets.begin(), model.opsets.end()};
  add_graph(model.graph);
  add_main_graph(model.graph);
  for (const onnx::Function& function : model.functions) add_nodes(function.nodes);
  finish();
  return std::move(summary_);
}

void SummaryReader::add_graph(const onnx::Graph& graph) {
  add_nodes(graph.nodes);
  for (const onnx::Tensor& tensor : graph.initializers) add_tensor(tensor.header);
  for (const onnx::SparseTensor& sparse : graph.sparse_initializers) {
    add_tensor(sparse.values.header);
    add_tensor(sparse.indices.header);
  }
}

void SummaryReader::add_nodes(const std::vector<onnx::Node>& nodes) {
  for (const onnx::Node& node : nodes) {
    ++operators_[{node.domain, node.op_type}];
    for (const onnx::Attribute& attribute : node.attributes) {
      for (const onnx::Tensor& tensor : attribute.tensors) add_tensor(tensor.header);
      for (const onnx::Graph& graph : attribute.graphs) add_graph(graph);
    }
  }
}

void SummaryReader::add_main_graph(const onnx::Graph& graph) {
  summary_.graph_name = graph.name;
  summary_.all_inputs = graph.inputs;
  summary_.outputs = graph.outputs;
  for (const onnx::Node& node : graph.nodes) limits_.add_node(node);
  for (const onnx::Tensor& tensor : graph.initializers) {
    limits_.add_initializer(tensor.header.name, tensor.header.dims);
    summary_.initializers.push_back(tensor.header.name);
  }
  for (const onnx::SparseTensor& sparse : graph.sparse_initializers) {
    summary_.initializers.push_back(sparse.values.header.name);
  }
}

void SummaryReader::add_tensor(const TensorHeader& header) {
  const auto dtype = dtype_from_onnx(header.onnx_dtype);
  const auto size = byte_size(dtype.value_or(JM_UNDEFINED), header.dims);
  if (!size) throw InvalidModel{fmt::format("tensor '{}': {}", header.name, size.error().message)};
  summary_.weight_bytes += *size;
  if (header.external) {
    add_external(header, *size);
  } else if (header.raw && dtype && header.raw->size() < *size) {
    throw InvalidModel{fmt::format("tensor '{}' of shape {} holds {} bytes, needs {}", header.name,
                                   format_dims(header.dims), header.raw->size(), *size)};
  }
}

void SummaryReader::add_external(const TensorHeader& header, std::uint64_t tensor_bytes) {
  if (auto checked = check_location(header.external->location); !checked) {
    throw InvalidModel{checked.error().message};
  }
  const auto range = external_range(header, tensor_bytes);
  if (!range) throw InvalidModel{range.error().message};
  std::uint64_t& needed = external_[header.external->location];
  needed = std::max(needed, range->end);
}

void SummaryReader::finish() {
  const auto limits = limits_.find();
  for (Port& port : summary_.all_inputs) {
    const auto limit = limits.find(port.name);
    if (limit != limits.end()) port.index_limit = limit->second;
  }
  const std::set<std::string> initializers(summary_.initializers.begin(),
                                           summary_.initializers.end());
  std::ranges::copy_if(summary_.all_inputs, std::back_inserter(summary_.inputs),
                       [&](const Port& port) { return !initializers.contains(port.name); });
  for (const auto& [key, count] : operators_) {
    summary_.operators.push_back({std::string(key.first), std::string(key.second), count});
  }
  for (const auto& [location, bytes] : external_) {
    summary_.external_files.push_back({location, bytes});
  }
}

Status check_external_files(const std::filesystem::path& file, const OnnxSummary& summary) {
  for (const ExternalFile& external : summary.external_files) {
    const auto path = resolve_external(file, external.location);
    if (!path) return fail(path.error());
    std::error_code error;
    const auto size = std::filesystem::file_size(*path, error);
    if (error || size < external.bytes_needed) {
      return fail(ErrorKind::kFailed,
                  fmt::format("external data file '{}' is truncated: it has {} bytes, the model "
                              "needs {}; copy it again",
                              external.location, error ? 0 : size, external.bytes_needed));
    }
  }
  return {};
}

}  // namespace

Result<OnnxSummary> parse_onnx_summary(std::string_view bytes) {
  const auto model = onnx::decode_model(bytes);
  if (!model) return fail(model.error());
  try {
    return SummaryReader().read(*model);
  } catch (const InvalidModel& e) {
    return fail(e.kind, "not a valid ONNX model: " + e.why);
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kMachine, "out of memory");
  }
}

Result<OnnxSummary> read_onnx_summary(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  if (!file) return fail(file.error());
  auto summary = parse_onnx_summary(file->bytes());
  Status external;
  if (summary) external = check_external_files(path, *summary);
  if (summary && external) return summary;
  const Error& error = summary ? external.error() : summary.error();
  return fail(error.kind, fmt::format("cannot read model '{}': {}", path.string(), error.message));
}

}  // namespace joulemark::model
