// SPDX-License-Identifier: Apache-2.0
// A tensor's elements as the protocol sends them: JSON lists, or bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "model/tensor.h"

namespace joulemark::api {

/// What is said of a tensor before its elements.
struct TensorHead {
  std::string name;
  jm_dtype dtype = JM_UNDEFINED;
  std::vector<std::int64_t> dims;
};

/// `json` is a list of all elements, or lists nested as the shape is.
Result<model::HostTensor> read_json_elements(TensorHead head, std::string_view json);
/// Little-endian elements; texts with their length in 4 bytes before each.
Result<model::HostTensor> read_binary_elements(TensorHead head, std::string_view bytes);

/// A flat list. Floats are the shortest that read back as the same.
Status append_json_elements(std::string& out, const model::HostTensor& tensor);
void append_binary_elements(std::string& out, const model::HostTensor& tensor);
/// Of these bytes.
std::size_t binary_size(const model::HostTensor& tensor);

}  // namespace joulemark::api
