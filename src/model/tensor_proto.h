// SPDX-License-Identifier: Apache-2.0
// ONNX TensorProto files: the `input_k.pb` and `output_k.pb` of test data.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/tensor.h"

namespace joulemark::model {

/// Reads one serialised TensorProto: every element type, `raw_data` and the typed fields. Data kept
/// in another file are read from the same folder, and from nowhere else. Fails with kUnsupported
/// for what a dense tensor cannot hold, else with what is wrong with the bytes.
Result<HostTensor> read_tensor_proto(const std::filesystem::path& path);

/// The same on the bytes of `file`, beside which external data may lie; empty: external data are
/// refused.
Result<HostTensor> parse_tensor_proto(std::string_view bytes, const std::filesystem::path& file);

/// Serialises with `raw_data` (strings with `string_data`).
std::string serialize_tensor_proto(const HostTensor& tensor);
Status write_tensor_proto(const std::filesystem::path& path, const HostTensor& tensor);

}  // namespace joulemark::model
