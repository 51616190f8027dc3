// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/tensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "model/dtype.h"
#include "plugin_kit/ports.h"
#include "plugin_kit/status.h"
#include "torch_kit/dtypes.h"

namespace joulemark::torch_kit {
namespace {

using plugin::fail;

Storage storage(jm_dtype dtype) {
  const auto found = storage_of(dtype);
  if (!found)
    fail(JM_UNSUPPORTED,
         "PyTorch has no tensors of element type " + std::string(model::dtype_name(dtype)));
  return *found;
}

/// One element each of what `bytes` packs.
at::Tensor unpack(jm_dtype dtype, const std::byte* bytes, const std::vector<std::int64_t>& dims) {
  at::Tensor wide = at::empty(dims, storage(dtype).type);
  const auto fill = [&](auto* out) {
    for (std::int64_t i = 0; i < wide.numel(); ++i)
      out[i] = static_cast<std::remove_reference_t<decltype(*out)>>(
          model::element_as_double(dtype, bytes, static_cast<std::size_t>(i)));
  };
  if (wide.scalar_type() == at::kByte)
    fill(wide.mutable_data_ptr<std::uint8_t>());
  else if (wide.scalar_type() == at::kChar)
    fill(wide.mutable_data_ptr<std::int8_t>());
  else
    fill(wide.mutable_data_ptr<float>());
  return wide;
}

/// Whether PyTorch may read the bytes where a file has them. Its own tensors begin at multiples of
/// 64; what is small is brought there, and of what is large only elements must not be cut.
bool may_lie_at(const std::byte* data, std::size_t bytes, std::size_t element) {
  constexpr std::uintptr_t kAlignment = 64;
  constexpr std::size_t kLarge = std::size_t{1} << 20U;
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  return address % (bytes < kLarge ? kAlignment : element) == 0;
}

at::Tensor aligned_copy(const at::Tensor& tensor) {
  at::Tensor copy = at::empty(tensor.sizes(), tensor.options());
  std::memcpy(copy.mutable_data_ptr(), tensor.const_data_ptr(), tensor.nbytes());
  return copy;
}

at::Tensor pack(jm_dtype dtype, const at::Tensor& wide) {
  const std::vector<std::int64_t> dims = wide.sizes().vec();
  const auto bytes = static_cast<std::int64_t>(plugin::byte_count(dtype, dims.data(), dims.size()));
  at::Tensor packed = at::empty({bytes}, at::kByte);
  auto* data = packed.mutable_data_ptr<std::uint8_t>();
  std::memset(data, 0, static_cast<std::size_t>(bytes));
  const at::Tensor values = wide.to(at::kDouble);
  for (std::int64_t i = 0; i < values.numel(); ++i)
    model::set_element(dtype, reinterpret_cast<std::byte*>(data), static_cast<std::size_t>(i),
                       values.const_data_ptr<double>()[i]);
  return packed;
}

}  // namespace

at::Tensor from_model(const model::OnnxTensor& tensor, c10::Device device) {
  const Storage held = storage(tensor.dtype);
  at::Tensor made;
  if (held.packed_bits > 0) {
    made = unpack(tensor.dtype, tensor.data.data(), tensor.dims);
  } else if (tensor.data.empty()) {
    made = at::empty(tensor.dims, held.type);
  } else {
    // PyTorch has no read-only tensors; nothing that the table writes works in place on constants.
    auto* data = const_cast<std::byte*>(tensor.data.data());
    made = at::from_blob(
        data, tensor.dims, [owner = tensor.owner](void*) {}, held.type);
    if (!may_lie_at(data, tensor.data.size(), made.element_size())) made = aligned_copy(made);
  }
  return device.is_cpu() ? made : made.to(device);
}

at::Tensor from_caller(const jm_tensor& tensor, c10::Device device) {
  const Storage held = storage(tensor.dtype);
  const std::vector<std::int64_t> dims(tensor.dims, tensor.dims + tensor.rank);
  at::Tensor made;
  if (held.packed_bits > 0)
    made = unpack(tensor.dtype, static_cast<const std::byte*>(tensor.data), dims);
  else if (tensor.bytes == 0)
    made = at::empty(dims, held.type);
  else
    made = at::from_blob(tensor.data, dims, held.type);
  return device.is_cpu() ? made : made.to(device);
}

HostOutput::HostOutput(const at::Tensor& tensor, jm_dtype dtype)
    : dims_(tensor.sizes().vec()), dtype_(dtype) {
  tensor_ = tensor.to(at::kCPU).resolve_conj().resolve_neg().contiguous();
  const Storage held = storage(dtype);
  if (tensor_.scalar_type() != held.type) tensor_ = tensor_.to(held.type);
  if (held.packed_bits > 0) tensor_ = pack(dtype, tensor_);
}

jm_tensor HostOutput::view() const {
  return {dtype_,
          JM_MEMORY_HOST,
          static_cast<std::int32_t>(dims_.size()),
          dims_.data(),
          const_cast<void*>(tensor_.const_data_ptr()),
          tensor_.nbytes()};
}

}  // namespace joulemark::torch_kit
