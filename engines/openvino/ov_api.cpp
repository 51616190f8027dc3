// SPDX-License-Identifier: Apache-2.0
// Opens libopenvino_c and finds its functions.
#include "ov_api.h"

#include <charconv>

#include "plugin_kit/library.h"

namespace joulemark::openvino {
namespace {

using plugin::fail;

constexpr int kOldestYear = 2024;

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
  const auto [path, handle] = plugin::open_library(folder, "libopenvino_c.so");
  library.path = path;
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
