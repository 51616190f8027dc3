// SPDX-License-Identifier: Apache-2.0
// What an ETag says of a file's content, and whether that holds.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark::hub {

enum class DigestKind {
  kSha256,   ///< 64 hexadecimal digits: large files
  kGitBlob,  ///< 40 hexadecimal digits: SHA-1 of "blob SIZE\0" and the content
  kNone,     ///< anything else says nothing of the content
};

DigestKind digest_kind(std::string_view etag);

/// The digest in lower-case hexadecimal of all that the descriptor `fd` reads from its beginning,
/// `bytes` long. kFailed when it cannot be read, kInterrupted once `interrupted` is set.
Result<std::string> digest_of(int fd, std::uint64_t bytes, DigestKind kind,
                              const std::atomic<bool>* interrupted);

}  // namespace joulemark::hub
