// SPDX-License-Identifier: Apache-2.0
// --root FOLDER.
#include "cli/machine_root.h"

#include <fmt/format.h>

#include <filesystem>

namespace joulemark::cli {

void declare_root(Arguments& arguments, std::string& root) {
  arguments.option("--root FOLDER", root,
                   "Folder to look for /sys and /proc in, for simulated machines");
}

Status check_root(const std::string& root) {
  std::error_code error;
  if (std::filesystem::is_directory(root, error)) return {};
  const bool exists = std::filesystem::exists(root, error);
  return fail(ErrorKind::kUsage,
              fmt::format("--root must be a folder that holds sys and proc, not '{}': {}", root,
                          exists ? "it is no folder" : "there is no such folder"));
}

}  // namespace joulemark::cli
