// SPDX-License-Identifier: Apache-2.0
// The implementation of an engine for one version of PyTorch: where it stands, and opening it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"

namespace joulemark::torch_bridge {

/// Where implementations may stand.
struct ImplementationPlaces {
  std::string engine;                ///< "torch"
  std::filesystem::path plugin_dir;  ///< the plugin's folder, with impl/VERSION/
  std::filesystem::path cache_dir;   ///< …/joulemark/plugins; "" when there is no cache
  std::string digest;                ///< of the sources; another one's is passed over
};

/// Those of the plugin that this code is in, with the user's cache.
ImplementationPlaces own_places(const std::string& engine);

/// A PyTorch that was found.
struct TorchInstall {
  std::string library_dir;
  std::string version;
};

/// The implementation for the version of `torch`: PLUGIN_DIR/impl/VERSION/, then
/// CACHE_DIR/ENGINE/VERSION-DIGEST/. Throws plugin::Failure with JM_LIBRARY_UNUSABLE where there is
/// none, with the command that makes one.
std::filesystem::path find_implementation(const ImplementationPlaces& places,
                                          const TorchInstall& torch);

/// Opens it for the rest of the process and gives its table; calls that it lacks are null behind
/// `close`. Throws plugin::Failure with JM_LIBRARY_UNUSABLE for what does not open, has no entry,
/// another interface version, or a table that is not complete.
jm_engine_api open_implementation(const std::filesystem::path& file);

}  // namespace joulemark::torch_bridge
