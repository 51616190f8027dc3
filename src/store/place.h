// SPDX-License-Identifier: Apache-2.0
// Where a store is, and how its place lets it be opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "store/database.h"
#include "store/store.h"

namespace joulemark::store {

/// The file that an address means. kUsage for one that means none.
Result<std::string> file_of(const std::string& address);

/// Device and inode.
using FileIdentity = std::pair<std::uintmax_t, std::uintmax_t>;
/// Nothing where there is no such file.
std::optional<FileIdentity> identity_of(const std::string& path);

/// What the file system alone tells, in better words than SQLite's.
Status check_place(const std::string& path, OpenMode mode);

/// How the file at `path` is opened.
Access access_for(const std::string& path, OpenMode mode);

}  // namespace joulemark::store
