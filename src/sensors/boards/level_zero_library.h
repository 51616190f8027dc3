// SPDX-License-Identifier: Apache-2.0
// The loader of Level Zero, with its system management initialised.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "sensors/boards/level_zero_abi.h"
#include "sensors/boards/shared_library.h"

namespace joulemark::sensors {

/// Handles, or the error of the call that lists them.
using ZesHandles = tl::expected<std::vector<zes::Handle>, zes::Return>;

/// Loaded until the last owner is gone. Its calls may be made from any thread.
class LevelZeroLibrary {
 public:
  /// A refusal's code is a zes::Return.
  static tl::expected<std::shared_ptr<const LevelZeroLibrary>, LibraryFailure> open(
      const std::vector<std::filesystem::path>& paths);

  [[nodiscard]] const zes::Functions& functions() const { return functions_; }
  /// The devices of all drivers.
  [[nodiscard]] ZesHandles devices() const;
  /// What `list` gives of `owner`: power domains, thermometers. None where the loader lacks it.
  [[nodiscard]] static ZesHandles parts(zes::Return (*list)(zes::Handle, std::uint32_t*,
                                                            zes::Handle*),
                                        zes::Handle owner);

 private:
  explicit LevelZeroLibrary(SharedLibrary library) : library_(std::move(library)) {}
  zes::Return start();
  SharedLibrary library_;
  zes::Functions functions_;
};

/// "not supported", or "error 0x70000001" for a code that nobody here knows.
std::string zes_error_text(zes::Return code);

}  // namespace joulemark::sensors
