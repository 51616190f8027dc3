// SPDX-License-Identifier: Apache-2.0
// What the hub says of a file in the headers of an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace joulemark::hub {

/// ETag without W/ and quotes; nothing unless it can be a file's name: 1 to 200 of letters, digits
/// and "-._+=", not beginning with '.'.
std::optional<std::string> parse_etag(std::string_view text);

/// What the hub says about a file.
struct FileMetadata {
  std::string commit;                  ///< of the revision that was asked for
  std::string etag;                    ///< of the content: SHA-256, git's blob id, or anything
  std::optional<std::uint64_t> bytes;  ///< nothing when the server does not say
};

/// The metadata in an answer to HEAD; nothing when the commit or the ETag is missing or malformed,
/// or the size is more than 2^50.
std::optional<FileMetadata> parse_metadata(const net::HttpResponse& response);

}  // namespace joulemark::hub
