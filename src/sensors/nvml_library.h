// SPDX-License-Identifier: Apache-2.0
// The NVIDIA driver's management library, loaded and initialised.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "sensors/nvml_abi.h"

namespace joulemark::sensors {

/// Why the library is of no use here.
struct NvmlFailure {
  enum class Kind {
    kMissing,  ///< it cannot be loaded
    kSymbols,  ///< it lacks what no sensor can do without
    kRefused   ///< it would not start: `code`
  };
  Kind kind = Kind::kMissing;
  nvml::Return code = nvml::kSuccess;
  std::string detail;  ///< one sentence
};

/// Loaded until the last owner is gone, which shuts it down. Its calls may be made from any thread.
class NvmlLibrary {
 public:
  /// Loads `path`, or what the linker finds for a name without a slash, and initialises it once.
  static tl::expected<std::shared_ptr<const NvmlLibrary>, NvmlFailure> open(
      const std::filesystem::path& path);
  ~NvmlLibrary();
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;

  [[nodiscard]] const nvml::Functions& functions() const { return functions_; }
  /// "550.54.15"; "unknown" when it does not say.
  [[nodiscard]] std::string driver_version() const;

 private:
  explicit NvmlLibrary(void* library) : library_(library) {}
  void* library_;
  nvml::Functions functions_;
  bool initialised_ = false;
};

/// What a buffer that the library was to fill says: printable ASCII up to the first zero or the
/// buffer's end, for it is copied into documents.
std::string nvml_text(const char* buffer, std::size_t size);

/// "not supported", or "error 1234" for a code that nobody here knows.
std::string nvml_error_text(nvml::Return code);

}  // namespace joulemark::sensors
