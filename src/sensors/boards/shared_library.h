// SPDX-License-Identifier: Apache-2.0
// A driver's library, found at run time: joulemark is built without any, and runs where there is
// none.
#pragma once

#include <dlfcn.h>

#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace joulemark::sensors {

/// Why a driver's library is of no use here.
struct LibraryFailure {
  enum class Kind {
    kMissing,  ///< it cannot be loaded
    kSymbols,  ///< it lacks what no sensor can do without
    kRefused   ///< it would not start: `code`
  };
  Kind kind = Kind::kMissing;
  long long code = 0;  ///< of the library
  std::string detail;  ///< one sentence
};

/// Loaded as long as the object lives.
class SharedLibrary {
 public:
  /// Loads the first of `paths` that can be; a path without a slash is a name that the linker
  /// looks for. `paths` is not empty.
  static tl::expected<SharedLibrary, LibraryFailure> open(
      const std::vector<std::filesystem::path>& paths);
  ~SharedLibrary() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  SharedLibrary(SharedLibrary&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}
  SharedLibrary& operator=(SharedLibrary&&) = delete;

  /// The first of `names` that it has, newer versions of a call first; else nullptr.
  template <class Function, class... Names>
  void bind(Function*& function, Names... names) const {
    for (const char* name : {names...}) {
      function = reinterpret_cast<Function*>(dlsym(handle_, name));
      if (function != nullptr) return;
    }
  }
  /// The failure that it has no `symbol`.
  [[nodiscard]] LibraryFailure lacks(const char* symbol) const;
  /// The failure that it would not start.
  [[nodiscard]] LibraryFailure refuses(long long code, const std::string& why) const;

 private:
  explicit SharedLibrary(void* handle, std::filesystem::path path)
      : handle_(handle), path_(std::move(path)) {}
  void* handle_;
  std::filesystem::path path_;
};

/// Where a driver's library is looked for: `chosen` where it is set, else `names` as the linker
/// finds them where `root` is "/", else the first of them in the folder of a simulated machine.
std::vector<std::filesystem::path> library_paths(const std::filesystem::path& chosen,
                                                 const std::filesystem::path& root,
                                                 const std::vector<const char*>& names);

/// What a buffer that a library was to fill says: printable ASCII up to the first zero or the
/// buffer's end, for it is copied into documents.
std::string library_text(const char* buffer, std::size_t size);

}  // namespace joulemark::sensors
