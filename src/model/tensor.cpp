// SPDX-License-Identifier: Apache-2.0
// Allocating, viewing and copying tensors.
#include "model/tensor.h"

#include <fmt/format.h>

#include <cstring>

namespace joulemark::model {
namespace {

/// More dimensions than any operator has; a plugin that says so is broken.
constexpr std::int32_t kMaxRank = 64;

Status check_engine_tensor(const std::string& name, const jm_tensor& tensor) {
  if (tensor.memory != JM_MEMORY_HOST) {
    return fail(ErrorKind::kUnsupported, fmt::format("output '{}' is not in host memory", name));
  }
  if (tensor.rank < 0 || tensor.rank > kMaxRank || (tensor.rank > 0 && tensor.dims == nullptr)) {
    return fail(ErrorKind::kFailed,
                fmt::format("output '{}' has rank {}, which no tensor has", name, tensor.rank));
  }
  if (dtype_info(tensor.dtype).dtype == JM_UNDEFINED) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("output '{}' has element type {}, which is unknown", name,
                            static_cast<int>(tensor.dtype)));
  }
  return {};
}

Status copy_strings(const jm_tensor& tensor, HostTensor& copy) {
  if (copy.strings.empty()) return {};
  if (tensor.data == nullptr) {
    return fail(ErrorKind::kFailed, fmt::format("output '{}' has no data", copy.name));
  }
  const auto* elements = static_cast<const jm_string*>(tensor.data);
  for (std::size_t i = 0; i < copy.strings.size(); ++i) {
    if (elements[i].size != 0) copy.strings[i].assign(elements[i].data, elements[i].size);
  }
  return {};
}

}  // namespace

Result<HostTensor> make_tensor(std::string name, jm_dtype dtype, std::vector<std::int64_t> dims) {
  const auto bytes = byte_size(dtype, dims);
  if (!bytes) return fail(bytes.error());
  HostTensor tensor{std::move(name), dtype, std::move(dims), {}, {}};
  try {
    tensor.data.resize(*bytes);
    if (dtype == JM_STRING) tensor.strings.resize(*element_count(tensor.dims));
  } catch (const std::exception&) {
    return fail(ErrorKind::kMachine,
                fmt::format("cannot hold tensor '{}' of shape {}: {} bytes of memory are not free",
                            tensor.name, format_dims(tensor.dims), *bytes));
  }
  return tensor;
}

TensorView view(HostTensor& tensor) {
  TensorView result;
  result.tensor.dtype = tensor.dtype;
  result.tensor.memory = JM_MEMORY_HOST;
  result.tensor.rank = static_cast<std::int32_t>(tensor.dims.size());
  result.tensor.dims = tensor.dims.data();
  if (tensor.dtype == JM_STRING) {
    for (const std::string& text : tensor.strings) {
      result.strings.push_back({text.data(), text.size()});
    }
    result.tensor.data = result.strings.data();
    result.tensor.bytes = result.strings.size() * sizeof(jm_string);
  } else {
    result.tensor.data = tensor.data.data();
    result.tensor.bytes = tensor.data.size();
  }
  return result;
}

Result<HostTensor> copy_tensor(std::string name, const jm_tensor& tensor) {
  if (auto checked = check_engine_tensor(name, tensor); !checked) return fail(checked.error());
  std::vector<std::int64_t> dims(tensor.dims, tensor.dims + tensor.rank);
  auto copy = make_tensor(std::move(name), tensor.dtype, std::move(dims));
  if (!copy) return copy;
  if (tensor.dtype == JM_STRING) {
    if (auto copied = copy_strings(tensor, *copy); !copied) return fail(copied.error());
    return copy;
  }
  if (tensor.bytes != copy->data.size()) {
    return fail(ErrorKind::kFailed,
                fmt::format("output '{}' of shape {} has {} bytes, expected {}", copy->name,
                            format_dims(copy->dims), tensor.bytes, copy->data.size()));
  }
  if (tensor.bytes != 0) std::memcpy(copy->data.data(), tensor.data, tensor.bytes);
  return copy;
}

}  // namespace joulemark::model
