// SPDX-License-Identifier: Apache-2.0
// Raw data, external data, typed fields.
#include "model/onnx_weights.h"

#include <fmt/format.h>

#include "model/tensor_proto.h"

namespace joulemark::model::onnx {
namespace {

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

Result<OnnxTensor> Weights::tensor(const Tensor& message) {
  const TensorHeader& header = message.header;
  if (!header.raw && !header.external) return converted(message);
  const auto dtype = dtype_from_onnx(header.onnx_dtype).value_or(JM_UNDEFINED);
  const auto size = byte_size(dtype, header.dims);
  // What cannot be pointed to: the other reader has the words for what is wrong with it.
  if (!size || dtype == JM_UNDEFINED || dtype == JM_STRING || header.segmented) {
    return converted(message);
  }
  OnnxTensor tensor{header.name, dtype, header.dims, {}, {}, nullptr};
  if (header.external) return external(header, std::move(tensor), *size);
  if (header.raw->size() != *size) {
    return fail(ErrorKind::kFailed,
                fmt::format("it holds {} bytes, its shape {} of {} needs {}", header.raw->size(),
                            format_dims(header.dims), dtype_name(dtype), *size));
  }
  tensor.data = as_bytes(*header.raw);
  tensor.owner = owner_;
  return tensor;
}

Result<OnnxTensor> Weights::converted(const Tensor& message) {
  if (const auto known = converted_.find(&message); known != converted_.end()) return known->second;
  auto host = parse_tensor_proto(message.bytes, {});
  if (!host) return fail(host.error());
  const auto buffer = std::make_shared<const AlignedBytes>(std::move(host->data));
  OnnxTensor tensor{std::move(host->name),    host->dtype, std::move(host->dims), *buffer,
                    std::move(host->strings), buffer};
  return converted_.emplace(&message, std::move(tensor)).first->second;
}

Result<OnnxTensor> Weights::external(const TensorHeader& header, OnnxTensor tensor,
                                     std::size_t size) {
  const auto range = external_range(header, size);
  if (!range) return fail(range.error());
  const std::string& location = header.external->location;
  const auto file = open(location);
  if (!file) return fail(file.error());
  const std::string_view bytes = (*file)->bytes();
  if (range->end > bytes.size()) {
    return fail(ErrorKind::kFailed,
                fmt::format("external data file '{}' is truncated: it has {} bytes, the model "
                            "needs {}; copy it again",
                            location, bytes.size(), range->end));
  }
  tensor.data = as_bytes(bytes.substr(range->begin, size));
  tensor.owner = *file;
  return tensor;
}

Result<std::shared_ptr<const MappedFile>> Weights::open(const std::string& location) {
  if (const auto known = files_.find(location); known != files_.end()) return known->second;
  if (file_.empty()) {
    if (auto checked = check_location(location); !checked) return fail(checked.error());
    return fail(ErrorKind::kFailed,
                fmt::format("its data lie in file '{}', which is not allowed here", location));
  }
  const auto path = resolve_external(file_, location);
  if (!path) return fail(path.error());
  auto mapped = MappedFile::open(*path);
  if (!mapped) return fail(mapped.error());
  auto file = std::make_shared<const MappedFile>(std::move(*mapped));
  files_.emplace(location, file);
  return file;
}

}  // namespace joulemark::model::onnx
