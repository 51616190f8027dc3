// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/shared_library.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::sensors {

tl::expected<SharedLibrary, LibraryFailure> SharedLibrary::open(
    const std::vector<std::filesystem::path>& paths) {
  std::string why;
  for (const auto& path : paths) {
    if (void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL))
      return SharedLibrary(handle, path);
    if (!why.empty()) continue;
    const char* text = dlerror();
    why = text != nullptr ? text : "unknown";
  }
  return tl::unexpected(
      LibraryFailure{LibraryFailure::Kind::kMissing, 0,
                     fmt::format("cannot load '{}': {}", paths.front().string(), why)});
}

LibraryFailure SharedLibrary::lacks(const char* symbol) const {
  return {LibraryFailure::Kind::kSymbols, 0,
          fmt::format("'{}' has no function '{}'", path_.string(), symbol)};
}

LibraryFailure SharedLibrary::refuses(long long code, const std::string& why) const {
  return {LibraryFailure::Kind::kRefused, code,
          fmt::format("'{}' cannot be initialised: {}", path_.string(), why)};
}

std::vector<std::filesystem::path> library_paths(const std::filesystem::path& chosen,
                                                 const std::filesystem::path& root,
                                                 const std::vector<const char*>& names) {
  if (!chosen.empty()) return {chosen};
  if (root != "/") return {root / "sim/lib" / names.front()};
  return {names.begin(), names.end()};
}

std::string library_text(const char* buffer, std::size_t size) {
  std::string text(buffer, std::find(buffer, buffer + size, '\0'));
  std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
  return text;
}

}  // namespace joulemark::sensors
