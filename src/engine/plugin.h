// SPDX-License-Identifier: Apache-2.0
// Opens a plugin and hands out its checked table of calls. Only a worker does this.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "joulemark/engine_abi.h"

namespace joulemark::engine {

/// An opened plugin. The shared object is never closed: engines leave threads and exit handlers
/// behind.
class Plugin {
 public:
  /// Opens `so_path` and checks its version, its size and that every call is there. Fails with
  /// kMachine.
  static Result<Plugin> load(const std::string& so_path);

  /// Valid as long as the Plugin.
  [[nodiscard]] const jm_engine_api& api() const { return *api_; }

 private:
  explicit Plugin(std::unique_ptr<jm_engine_api> api) : api_(std::move(api)) {}
  std::unique_ptr<jm_engine_api> api_;
};

}  // namespace joulemark::engine
