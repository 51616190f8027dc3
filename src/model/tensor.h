// SPDX-License-Identifier: Apache-2.0
// A tensor in the memory of this process, and its view for the engine ABI.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include "base/error.h"
#include "joulemark/engine_abi.h"
#include "model/dtype.h"

namespace joulemark::model {

/// Gives every buffer the alignment that vectorised kernels like best, so that an engine need not
/// copy an input to align it.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor)
  T* allocate(std::size_t n) {
    if (n > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(::operator new(n * sizeof(T), kAlignment));
  }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, kAlignment); }
  template <class U>
  bool operator==(const AlignedAllocator<U>&) const {
    return true;
  }
};
using AlignedBytes = std::vector<std::byte, AlignedAllocator<std::byte>>;

/// A dense, row-major tensor that owns its elements.
/// Invariant: `data.size() == byte_size(dtype, dims)`; for JM_STRING `data` is empty and
/// `strings.size() == element_count(dims)`.
struct HostTensor {
  std::string name;
  jm_dtype dtype = JM_UNDEFINED;
  std::vector<std::int64_t> dims;
  AlignedBytes data;
  std::vector<std::string> strings;
};

/// Zero-filled (or empty strings). Fails as byte_size does, or when memory is short.
Result<HostTensor> make_tensor(std::string name, jm_dtype dtype, std::vector<std::int64_t> dims);

/// A HostTensor as the engine ABI wants it. Borrows the tensor, which must outlive it and keep its
/// size; may be moved.
struct TensorView {
  jm_tensor tensor{};
  std::vector<jm_string> strings;  ///< what tensor.data points to for JM_STRING
};
TensorView view(HostTensor& tensor);

/// A copy of an engine's output. Fails when the tensor contradicts itself (rank, bytes, dims) or
/// is not in host memory.
Result<HostTensor> copy_tensor(std::string name, const jm_tensor& tensor);

}  // namespace joulemark::model
