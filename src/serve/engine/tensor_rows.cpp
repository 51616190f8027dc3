// SPDX-License-Identifier: Apache-2.0
// Rows are contiguous, so that joining and cutting are copies of bytes.
#include <algorithm>
#include <iterator>

#include "serve/engine/tensor_batch.h"

namespace joulemark::serve {

Result<model::HostTensor> join_rows(const std::vector<const model::HostTensor*>& parts) {
  model::HostTensor whole;
  const model::HostTensor& first = *parts.front();
  whole.name = first.name;
  whole.dtype = first.dtype;
  whole.dims = first.dims;
  whole.dims.front() = 0;
  std::size_t bytes = 0;
  for (const model::HostTensor* part : parts) {
    whole.dims.front() += part->dims.front();
    bytes += part->data.size();
  }
  if (bytes > model::kMaxTensorBytes)
    return fail(ErrorKind::kMachine, "the batch is larger than a tensor can be");
  whole.data.reserve(bytes);
  for (const model::HostTensor* part : parts) {
    whole.data.insert(whole.data.end(), part->data.begin(), part->data.end());
    whole.strings.insert(whole.strings.end(), part->strings.begin(), part->strings.end());
  }
  return whole;
}

Result<model::HostTensor> cut_rows(const model::HostTensor& whole, std::int64_t first,
                                   std::int64_t count) {
  auto dims = whole.dims;
  dims.front() = count;
  auto cut = model::make_tensor(whole.name, whole.dtype, std::move(dims));
  if (!cut) return cut;
  const auto skip = [&](std::size_t of_rows) {
    return static_cast<std::ptrdiff_t>(of_rows / static_cast<std::size_t>(count) *
                                       static_cast<std::size_t>(first));
  };
  const auto bytes = static_cast<std::ptrdiff_t>(cut->data.size());
  std::copy_n(whole.data.begin() + skip(cut->data.size()), bytes, cut->data.begin());
  const auto strings = static_cast<std::ptrdiff_t>(cut->strings.size());
  std::copy_n(whole.strings.begin() + skip(cut->strings.size()), strings, cut->strings.begin());
  return cut;
}

}  // namespace joulemark::serve
