// SPDX-License-Identifier: Apache-2.0
// The header of a safetensors file: which tensors it holds, of which type, where.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "joulemark/engine_abi.h"

namespace joulemark::checkpoint {

/// A dense little-endian row-major tensor in a file.
/// Invariant: `bytes` is what `dtype` and `dims` need, and `offset + bytes` is inside the file.
struct StoredTensor {
  jm_dtype dtype = JM_UNDEFINED;
  std::vector<std::int64_t> dims;
  std::uint64_t offset = 0;  ///< of its first byte, from the beginning of the file
  std::uint64_t bytes = 0;
};

/// A larger header is refused before it is read, as the reference implementation does.
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;

/// The format's word for a type, "F32"; "" where it has none.
std::string_view safetensors_dtype(jm_dtype dtype);

/// Reads the header alone. Fails when the file cannot be read, is truncated, names a type that is
/// unknown or a tensor twice, or when offsets overlap, leave the file, leave bytes that belong to
/// no tensor, or contradict type and shape. Format:
/// 8 bytes length of the header, a JSON object {"NAME": {"dtype", "shape", "data_offsets"}}, data.
Result<std::map<std::string, StoredTensor>> read_safetensors_header(
    const std::filesystem::path& path);

/// The same on the bytes of the JSON object, for data of `data_bytes` bytes that begin at
/// `data_offset` of the file. The message does not name the file.
Result<std::map<std::string, StoredTensor>> parse_safetensors_header(std::string_view json,
                                                                     std::uint64_t data_offset,
                                                                     std::uint64_t data_bytes);

}  // namespace joulemark::checkpoint
