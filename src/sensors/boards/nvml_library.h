// SPDX-License-Identifier: Apache-2.0
// The NVIDIA driver's management library, loaded and initialised.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "sensors/boards/nvml_abi.h"
#include "sensors/boards/shared_library.h"

namespace joulemark::sensors {

/// `code` is an nvml::Return.
using NvmlFailure = LibraryFailure;

/// Loaded until the last owner is gone, which shuts it down. Its calls may be made from any thread.
class NvmlLibrary {
 public:
  /// Loads the first of `paths` that can be, and initialises it once.
  static tl::expected<std::shared_ptr<const NvmlLibrary>, NvmlFailure> open(
      const std::vector<std::filesystem::path>& paths);
  ~NvmlLibrary();
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;

  [[nodiscard]] const nvml::Functions& functions() const { return functions_; }
  /// "550.54.15"; "unknown" when it does not say.
  [[nodiscard]] std::string driver_version() const;

 private:
  explicit NvmlLibrary(SharedLibrary library) : library_(std::move(library)) {}
  SharedLibrary library_;
  nvml::Functions functions_;
  bool initialised_ = false;
};

/// "not supported", or "error 1234" for a code that nobody here knows.
std::string nvml_error_text(nvml::Return code);

}  // namespace joulemark::sensors
