// SPDX-License-Identifier: Apache-2.0
// Reads zip archives, as far as `.npz` files need it. For sources of this layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace joulemark::model {

/// A file in an archive; `compressed` points into the archive's bytes.
struct ZipMember {
  std::string name;
  std::uint16_t method = 0;  ///< 0 stored, 8 deflated
  std::uint32_t crc = 0;
  std::uint64_t size = 0;  ///< uncompressed, as the directory says
  std::string_view compressed;
};

/// The members by the central directory, zip64 included. Fails on anything out of bounds, on
/// encrypted members, and on members that share bytes (how small archives unpack to petabytes).
Result<std::vector<ZipMember>> list_zip(std::string_view archive);

/// The member's bytes. Fails when they are not `size` bytes or their checksum differs; allocates no
/// more than the compressed bytes can become.
Result<std::string> unpack(const ZipMember& member);

}  // namespace joulemark::model
