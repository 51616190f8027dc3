// SPDX-License-Identifier: Apache-2.0
// Compares dotted versions, and finds them in file names.
#pragma once

#include <optional>
#include <string>

namespace joulemark::engine {

/// Whether `version` begins with the dotted numbers of `prefix`: 1.3 is no prefix of 1.30.
bool version_matches(const std::string& version, const std::string& prefix);

/// -1, 0, 1 as `a` is older than, equal to or newer than `b`, comparing dotted numbers; a missing
/// number is 0, and what follows the numbers is ignored.
int compare_versions(const std::string& a, const std::string& b);

/// "1.31.1" of "libx.so.1.31.1"; empty without at least two dotted numbers behind ".so.".
std::optional<std::string> version_in_file_name(const std::string& file_name);

}  // namespace joulemark::engine
