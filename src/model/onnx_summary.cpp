// SPDX-License-Identifier: Apache-2.0
// Walks a ModelProto without copying weights, then looks at the external data files.
#include "model/onnx_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "model/index_limits.h"
#include "model/mapped_file.h"
#include "model/onnx_port.h"
#include "model/tensor.h"
#include "model/tensor_header.h"
#include "model/wire.h"

namespace joulemark::model {
namespace {

/// A model that breaks a rule beyond its bytes; the message is for people.
struct InvalidModel {
  std::string why;
};

/// Subgraphs inside subgraphs. Real models have two or three; the limit keeps the stack bounded.
constexpr int kMaxDepth = 64;

/// Collects what the messages of a model say.
class SummaryReader {
 public:
  OnnxSummary read(std::string_view bytes);
  /// Whether something only a model has was seen before the bytes broke.
  [[nodiscard]] bool looked_like_model() const { return seen_ir_version_; }

 private:
  void read_opset(wire::Reader opset);
  void read_graph(wire::Reader graph, int depth);
  /// The current field of the outermost graph: its name, an input or an output.
  void read_interface(wire::Reader& graph);
  void read_function(wire::Reader function);
  void read_node(wire::Reader node, int depth);
  void read_attribute(wire::Reader attribute, int depth);
  void read_initializer(std::string_view bytes, int depth);
  void read_sparse(wire::Reader sparse, int depth);
  TensorHeader read_tensor(std::string_view bytes);
  void add_external(const TensorHeader& header, std::uint64_t tensor_bytes);
  void finish();

  OnnxSummary summary_;
  std::map<std::pair<std::string, std::string>, std::int64_t> operators_;
  std::map<std::string, std::uint64_t> external_;
  IndexLimits limits_;
  bool seen_ir_version_ = false;
  bool seen_graph_ = false;
};

OnnxSummary SummaryReader::read(std::string_view bytes) {
  wire::Reader model = wire::message(bytes);
  while (model.next()) {
    switch (model.tag_and_type()) {
      case wire::varint(1):
        summary_.ir_version = model.get_int64();
        seen_ir_version_ = true;
        break;
      case wire::bytes(2):
        summary_.producer = wire::text(model);
        break;
      case wire::bytes(7):
        seen_graph_ = true;
        read_graph(wire::message(model), 0);
        break;
      case wire::bytes(8):
        read_opset(wire::message(model));
        break;
      case wire::bytes(25):
        read_function(wire::message(model));
        break;
      default:
        model.skip();
    }
  }
  if (!seen_ir_version_ || !seen_graph_) throw InvalidModel{"it has no graph"};
  finish();
  return std::move(summary_);
}

void SummaryReader::read_opset(wire::Reader opset) {
  std::string domain;
  std::int64_t version = 0;
  while (opset.next()) {
    switch (opset.tag_and_type()) {
      case wire::bytes(1):
        domain = wire::text(opset);
        break;
      case wire::varint(2):
        version = opset.get_int64();
        break;
      default:
        opset.skip();
    }
  }
  summary_.opsets[domain] = version;
}

void SummaryReader::read_graph(wire::Reader graph, int depth) {
  if (depth > kMaxDepth) throw InvalidModel{"its subgraphs are nested too deep"};
  while (graph.next()) {
    switch (graph.tag_and_type()) {
      case wire::bytes(1): {
        const std::string_view node = wire::view(graph);
        if (depth == 0) limits_.add_node(node);
        read_node(wire::message(node), depth);
        break;
      }
      case wire::bytes(5):
        read_initializer(wire::view(graph), depth);
        break;
      case wire::bytes(15):
        read_sparse(wire::message(graph), depth);
        break;
      default:
        if (depth > 0) {
          graph.skip();
        } else {
          read_interface(graph);
        }
    }
  }
}

void SummaryReader::read_interface(wire::Reader& graph) {
  switch (graph.tag_and_type()) {
    case wire::bytes(2):
      summary_.graph_name = wire::text(graph);
      break;
    case wire::bytes(11):
      summary_.all_inputs.push_back(read_port(wire::message(graph)));
      break;
    case wire::bytes(12):
      summary_.outputs.push_back(read_port(wire::message(graph)));
      break;
    default:
      graph.skip();
  }
}

void SummaryReader::read_function(wire::Reader function) {
  while (function.next()) {
    if (function.tag_and_type() == wire::bytes(7)) {
      read_node(wire::message(function), 1);
    } else {
      function.skip();
    }
  }
}

void SummaryReader::read_node(wire::Reader node, int depth) {
  std::string domain;
  std::string op_type;
  while (node.next()) {
    switch (node.tag_and_type()) {
      case wire::bytes(4):
        op_type = wire::text(node);
        break;
      case wire::bytes(5):
        read_attribute(wire::message(node), depth);
        break;
      case wire::bytes(7):
        domain = wire::text(node);
        break;
      default:
        node.skip();
    }
  }
  // "ai.onnx" is the long spelling of the default domain.
  ++operators_[{domain == "ai.onnx" ? "" : domain, op_type}];
}

void SummaryReader::read_attribute(wire::Reader attribute, int depth) {
  while (attribute.next()) {
    switch (attribute.tag_and_type()) {
      case wire::bytes(5):
      case wire::bytes(10):
        read_tensor(wire::view(attribute));
        break;
      case wire::bytes(6):
      case wire::bytes(11):
        read_graph(wire::message(attribute), depth + 1);
        break;
      default:
        attribute.skip();
    }
  }
}

void SummaryReader::read_sparse(wire::Reader sparse, int depth) {
  while (sparse.next()) {
    const auto field = sparse.tag_and_type();
    if (field != wire::bytes(1) && field != wire::bytes(2)) {
      sparse.skip();
      continue;
    }
    TensorHeader values = read_tensor(wire::view(sparse));
    // The name of a sparse initializer is that of its values.
    if (field == wire::bytes(1) && depth == 0)
      summary_.initializers.push_back(std::move(values.name));
  }
}

void SummaryReader::read_initializer(std::string_view bytes, int depth) {
  TensorHeader tensor = read_tensor(bytes);
  if (depth > 0) return;
  limits_.add_initializer(tensor.name, tensor.dims);
  summary_.initializers.push_back(std::move(tensor.name));
}

TensorHeader SummaryReader::read_tensor(std::string_view bytes) {
  TensorHeader header = read_tensor_header(bytes);
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
  return header;
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
    summary_.operators.push_back({key.first, key.second, count});
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
  if (bytes.empty()) return fail(ErrorKind::kFailed, "it is empty");
  if (bytes.starts_with("version https://git-lfs")) {
    return fail(ErrorKind::kFailed, "it is a Git LFS pointer, not the model; run 'git lfs pull'");
  }
  SummaryReader reader;
  try {
    return reader.read(bytes);
  } catch (const InvalidModel& e) {
    return fail(ErrorKind::kFailed, "not a valid ONNX model: " + e.why);
  } catch (const protozero::exception&) {
    return fail(ErrorKind::kFailed, reader.looked_like_model()
                                        ? "it is truncated or damaged; copy or export it again"
                                        : "it is not an ONNX model");
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
