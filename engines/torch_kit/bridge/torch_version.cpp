// SPDX-License-Identifier: Apache-2.0
// Reads the files that tell it; the library itself would have to be opened first.
#include "torch_kit/bridge/torch_version.h"

#include <fstream>

#include "base/dotted_version.h"

namespace joulemark::torch_bridge {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

/// The same files as in engine.toml and cmake/torch.cmake.
constexpr const char* kFiles[] = {"version.py", "build-version",
                                  "include/torch/headeronly/version.h",
                                  "include/torch/csrc/api/include/torch/version.h"};

std::string head_of(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};
  std::string text(kMostBytes, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

std::string torch_version(const std::filesystem::path& library_dir) {
  for (const char* name : kFiles)
    if (std::string version = find_dotted_version(head_of(library_dir / ".." / name));
        !version.empty())
      return version;
  return {};
}

}  // namespace joulemark::torch_bridge
