// SPDX-License-Identifier: Apache-2.0
// The protocol's bytes are little-endian, as those of every machine that this is built for.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "api/kserve/elements.h"
#include "model/dtype.h"

namespace joulemark::api {
namespace {

using model::HostTensor;

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kLengthBytes = 4;

Status read_texts(HostTensor& tensor, std::string_view bytes) {
  for (std::string& text : tensor.strings) {
    std::uint32_t length = 0;
    if (bytes.size() < kLengthBytes)
      return fail(ErrorKind::kUsage, fmt::format("'{}': its texts end too early", tensor.name));
    std::memcpy(&length, bytes.data(), kLengthBytes);
    bytes.remove_prefix(kLengthBytes);
    if (length > bytes.size())
      return fail(ErrorKind::kUsage, fmt::format("'{}': a text of {} bytes, {} are left",
                                                 tensor.name, length, bytes.size()));
    text = bytes.substr(0, length);
    bytes.remove_prefix(length);
  }
  if (bytes.empty()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("'{}': {} bytes behind its last text", tensor.name, bytes.size()));
}

/// Whether a tensor of that head can stand in so many bytes.
Status check_size(const TensorHead& head, std::size_t bytes) {
  const auto wanted = model::byte_size(head.dtype, head.dims);
  if (!wanted) return fail(ErrorKind::kUsage, wanted.error().message);
  const bool is_text = head.dtype == JM_STRING;
  if (is_text ? *model::element_count(head.dims) <= bytes / kLengthBytes : *wanted == bytes)
    return {};
  return fail(ErrorKind::kUsage, fmt::format("'{}': the shape {} does not fit {} bytes of data",
                                             head.name, model::format_dims(head.dims), bytes));
}

}  // namespace

Result<HostTensor> read_binary_elements(TensorHead head, std::string_view bytes) {
  if (auto checked = check_size(head, bytes.size()); !checked) return fail(checked.error());
  auto tensor = model::make_tensor(std::move(head.name), head.dtype, std::move(head.dims));
  if (!tensor) return tensor;
  if (tensor->dtype == JM_STRING) {
    if (auto read = read_texts(*tensor, bytes); !read) return fail(read.error());
    return tensor;
  }
  if (!bytes.empty()) std::memcpy(tensor->data.data(), bytes.data(), bytes.size());
  const auto is_truth = [](std::byte byte) { return byte <= std::byte{1}; };
  if (tensor->dtype == JM_BOOL && !std::all_of(tensor->data.begin(), tensor->data.end(), is_truth))
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is BOOL and has bytes that are neither 0 nor 1", tensor->name));
  return tensor;
}

std::size_t binary_size(const HostTensor& tensor) {
  std::size_t bytes = tensor.data.size();
  for (const std::string& text : tensor.strings) bytes += kLengthBytes + text.size();
  return bytes;
}

void append_binary_elements(std::string& out, const HostTensor& tensor) {
  out.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
  for (const std::string& text : tensor.strings) {
    const auto length = static_cast<std::uint32_t>(text.size());
    out.append(reinterpret_cast<const char*>(&length), kLengthBytes);
    out.append(text);
  }
}

}  // namespace joulemark::api
