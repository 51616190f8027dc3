// SPDX-License-Identifier: Apache-2.0
// What can go wrong with files of gigabytes in the cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/descriptor.h"
#include "base/error.h"

namespace joulemark::checkpoint {

/// "cannot write 'PATH': …" for an errno; kMachine with a remedy when the disk is full.
tl::unexpected<Error> unwritable(const std::filesystem::path& path, int error);

/// Writes all bytes at `offset` of an open file. The errno of what failed, 0 for none.
int write_at(int fd, std::span<const std::byte> bytes, std::uint64_t offset);

/// Fails with kMachine when the folder's disk has less than `bytes` left.
Status check_space(const std::filesystem::path& folder, std::uint64_t bytes);

/// Makes the folder and holds its file `.lock` until what is returned is destroyed. Fails with
/// kMachine when the folder cannot be written to.
Result<Descriptor> lock_folder(const std::filesystem::path& folder);

}  // namespace joulemark::checkpoint
