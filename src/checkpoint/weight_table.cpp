// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/weight_table.h"

#include <fmt/format.h>

#include "model/dtype.h"

namespace joulemark::checkpoint {
std::optional<std::string> WeightTable::find(const std::string& name) const {
  if (files_.tensors.contains(name)) return name;
  for (const std::string& prefix : prefixes_)
    if (files_.tensors.contains(prefix + name)) return prefix + name;
  return std::nullopt;
}

std::string WeightTable::usual_name(const std::string& name) const {
  for (const std::string& prefix : prefixes_) {
    const auto at = files_.tensors.lower_bound(prefix);
    if (at != files_.tensors.end() && at->first.starts_with(prefix)) return prefix + name;
  }
  return name;
}

void WeightTable::wrong(const std::string& name, const std::string& why) {
  if (!error_) error_ = Error{ErrorKind::kFailed, fmt::format("tensor '{}' {}", name, why)};
}

std::string WeightTable::take(const std::string& name, const std::vector<std::int64_t>& dims) {
  const auto found = find(name);
  if (!found) {
    wrong(usual_name(name), "is missing in the checkpoint");
    return {};
  }
  const StoredTensor& stored = files_.tensors.at(*found).stored;
  if (stored.dims != dims)
    wrong(*found, fmt::format("has the shape {}, config.json asks for {}",
                              model::format_dims(stored.dims), model::format_dims(dims)));
  else if (!is_weight_type(stored.dtype))
    wrong(*found, fmt::format("is of {}; weights must be F32, F16 or BF16",
                              safetensors_dtype(stored.dtype)));
  return *found;
}

Status WeightTable::status() const {
  if (error_) return fail(*error_);
  return {};
}

}  // namespace joulemark::checkpoint
