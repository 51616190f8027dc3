// SPDX-License-Identifier: Apache-2.0
// Finds and opens the engine's own library in the folder that `open` names.
#pragma once

#include <dlfcn.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "plugin_kit/status.h"

namespace joulemark::plugin {

/// A library that stays open until the process ends.
struct OpenedLibrary {
  std::string path;
  void* handle = nullptr;
};

/// The most exactly named of `stem` and `stem`.VERSION in `folder`: "libx.so.1.2" before "libx.so".
inline std::string find_library(const std::string& folder, const std::string& stem) {
  std::string best;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name != stem && name.rfind(stem + ".", 0) != 0) continue;
    if (it->path().string().size() > best.size()) best = it->path().string();
  }
  if (best.empty()) fail(JM_LIBRARY_MISSING, "there is no '" + stem + "' in '" + folder + "'");
  return best;
}

/// Local to the plugin, every symbol resolved now: what is missing shows here and not in a run.
inline OpenedLibrary open_library(const std::string& folder, const std::string& stem) {
  OpenedLibrary library{find_library(folder, stem), nullptr};
  library.handle = dlopen(library.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library.handle == nullptr)
    fail(JM_LIBRARY_UNUSABLE, "cannot open '" + library.path + "': " + dlerror());
  return library;
}

}  // namespace joulemark::plugin
