// SPDX-License-Identifier: Apache-2.0
// Short names of things in folders.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace joulemark {

struct ShortName {
  std::string name;
  std::vector<std::string> folders;  ///< that may stand in front, the innermost first
  std::string thing;                 ///< what is named: two names of one thing may be equal
};

/// The names of `folder` and of the folders that it is in, the innermost first; without the root.
std::vector<std::string> folder_names(std::filesystem::path folder);

/// The names, those of different things with as many of their folders in front ("b/x") as it takes
/// to tell them apart, or with all of them.
std::vector<std::string> tell_apart(std::vector<ShortName> names);

}  // namespace joulemark
