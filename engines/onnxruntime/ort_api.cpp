// SPDX-License-Identifier: Apache-2.0
// Opens libonnxruntime and takes the functions out of its table.
#include "ort_api.h"

#include <charconv>
#include <cstring>

#include "plugin_kit/library.h"

namespace joulemark::ort {
namespace {

using plugin::fail;

/// OrtApiBase: two functions that never change.
struct ApiBase {
  const void* (*get_api)(std::uint32_t version);
  const char* (*version)();
};

/// 31 of "1.31.1"; 0 when it is not of that form.
int minor_version(const std::string& version) {
  int minor = 0;
  if (version.rfind("1.", 0) == 0)
    std::from_chars(version.data() + 2, version.data() + version.size(), minor);
  return minor;
}

/// The slot's pointer, when the library is new enough to have the slot.
template <class Function>
void take(const void* table, int minor, int since, std::size_t slot, Function& function) {
  if (minor < since) return;
  std::memcpy(&function, static_cast<const char*>(table) + slot * sizeof(void*), sizeof(void*));
}

Api read_table(const void* table, int minor, const std::string& path) {
  Api api;
#define JM_ORT_TAKE(slot, since, result, name, parameters) \
  take(table, minor, since, slot, api.name);               \
  if ((since) <= kOldestVersion && api.name == nullptr)    \
    fail(JM_LIBRARY_UNUSABLE, "'" + path + "' lacks the function '" #name "' of its C API");
  JM_ORT_FUNCTIONS(JM_ORT_TAKE)
#undef JM_ORT_TAKE
  return api;
}

}  // namespace

Library open_library(const std::string& folder) {
  Library library;
  const auto [path, handle] = plugin::open_library(folder, "libonnxruntime.so");
  library.path = path;
  const auto get_base = reinterpret_cast<const ApiBase* (*)()>(dlsym(handle, "OrtGetApiBase"));
  if (get_base == nullptr)
    fail(JM_LIBRARY_UNUSABLE, "'" + library.path + "' is no ONNX Runtime: no 'OrtGetApiBase'");
  const ApiBase* base = get_base();
  library.version = base->version();
  library.minor = minor_version(library.version);
  if (library.minor < kOldestVersion)
    fail(JM_LIBRARY_UNUSABLE, "ONNX Runtime " + library.version + " in '" + folder +
                                  "' is too old; 1." + std::to_string(kOldestVersion) +
                                  " is the oldest that works");
  const void* table = base->get_api(kOldestVersion);
  if (table == nullptr)
    fail(JM_LIBRARY_UNUSABLE, "'" + library.path + "' no longer offers version " +
                                  std::to_string(kOldestVersion) + " of its C API");
  library.api = read_table(table, library.minor, library.path);
  return library;
}

}  // namespace joulemark::ort
