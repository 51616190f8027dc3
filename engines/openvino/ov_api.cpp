// SPDX-License-Identifier: Apache-2.0
// Opens libopenvino_c and finds its functions.
#include "ov_api.h"

#include <dlfcn.h>

#include <charconv>
#include <filesystem>

#include "plugin_kit/status.h"

namespace joulemark::openvino {
namespace {

namespace fs = std::filesystem;
using plugin::fail;

constexpr int kOldestYear = 2024;

std::string find_library(const std::string& folder) {
  std::string best;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name != "libopenvino_c.so" && name.rfind("libopenvino_c.so.", 0) != 0) continue;
    if (it->path().string().size() > best.size()) best = it->path().string();
  }
  if (best.empty()) fail(JM_LIBRARY_MISSING, "there is no 'libopenvino_c.so' in '" + folder + "'");
  return best;
}

Api find_functions(void* handle, const std::string& path) {
  Api api;
#define JM_OV_FIND(result, name, parameters)                               \
  api.name = reinterpret_cast<result(*) parameters>(dlsym(handle, #name)); \
  if (api.name == nullptr)                                                 \
    fail(JM_LIBRARY_UNUSABLE, "'" + path + "' lacks the function '" #name "'");
  JM_OV_FUNCTIONS(JM_OV_FIND)
#undef JM_OV_FIND
  return api;
}

}  // namespace

Library open_library(const std::string& folder) {
  Library library;
  library.path = find_library(folder);
  void* handle = dlopen(library.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    fail(JM_LIBRARY_UNUSABLE, "cannot open '" + library.path + "': " + dlerror());
  library.api = find_functions(handle, library.path);
  Version version{};
  if (library.api.ov_get_openvino_version(&version) == 0) {
    library.build = version.build;
    library.version = library.build.substr(0, library.build.find('-'));
    library.api.ov_version_free(&version);
  }
  int year = 0;
  const std::string& text = library.version;
  std::from_chars(text.data(), text.data() + text.size(), year);
  if (year < kOldestYear)
    fail(JM_LIBRARY_UNUSABLE, "OpenVINO '" + text + "' in '" + folder + "' is too old; " +
                                  std::to_string(kOldestYear) + " is the oldest that works");
  return library;
}

}  // namespace joulemark::openvino
