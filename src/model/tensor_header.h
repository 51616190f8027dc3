// SPDX-License-Identifier: Apache-2.0
// The parts of a TensorProto that say what it is and where its elements lie. For sources of this
// layer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace joulemark::model {

/// Where external elements lie, as the file says it; nothing is checked yet.
struct ExternalData {
  std::string location;
  std::optional<std::uint64_t> offset;
  std::optional<std::uint64_t> length;
  bool malformed = false;  ///< offset or length is no number
};

/// A TensorProto without its elements.
struct TensorHeader {
  std::string name;
  std::int64_t onnx_dtype = 0;
  std::vector<std::int64_t> dims;
  std::optional<std::string_view> raw;  ///< points into the bytes that were read
  std::optional<ExternalData> external;
  bool segmented = false;  ///< part of a tensor that is spread over several protos
};

/// Throws protozero::exception on broken bytes.
TensorHeader read_tensor_header(std::string_view bytes);

/// The external data file that `file` names as `location`: a regular file inside the folder of
/// `file`, links followed. Where `file` is itself a link (as in the Hugging Face cache, whose files
/// all are), the folder that it leads to will do too. Errors say what is wrong with the location,
/// or that the data are missing.
Result<std::filesystem::path> resolve_external(const std::filesystem::path& file,
                                               const std::string& location);

/// Fails when `location` is empty, absolute or climbs out of its folder by its own wording.
Status check_location(const std::string& location);

/// The bytes [begin, end) of the external file that a tensor of `tensor_bytes` bytes needs.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
/// Fails when offset or length make no sense for the tensor.
Result<ByteRange> external_range(const TensorHeader& header, std::uint64_t tensor_bytes);

}  // namespace joulemark::model
