// SPDX-License-Identifier: Apache-2.0
// Finds and opens an implementation, and checks its table before anything of it is called.
#include "torch_kit/bridge/implementation.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "plugin_kit/status.h"

namespace joulemark::torch_bridge {

/// Made by the build (cmake/torch.cmake).
extern const char* const kSourcesDigest;

namespace {

namespace fs = std::filesystem;
using plugin::fail;

fs::path user_cache() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return fs::path(cache) / "joulemark/plugins";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return fs::path(home) / ".cache/joulemark/plugins";
}

/// The folder of the shared object that this function is linked into.
fs::path own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0 || info.dli_fname == nullptr)
    fail(JM_FAILED, "the plugin cannot tell where it stands");
  return fs::path(info.dli_fname).parent_path();
}

[[noreturn]] void unusable(const fs::path& file, const std::string& why) {
  fail(JM_LIBRARY_UNUSABLE, "cannot use the plugin '" + file.string() + "': " + why +
                                "; build it again, or delete it and run 'joulemark engines "
                                "--build'");
}

/// Every call that engine_abi.h does not call optional.
bool is_complete(const jm_engine_api& api) {
  return api.open != nullptr && api.describe != nullptr && api.load != nullptr &&
         api.inputs != nullptr && api.outputs != nullptr && api.bind != nullptr &&
         api.run != nullptr && api.results != nullptr && api.effective != nullptr &&
         api.lm_reset != nullptr && api.lm_forward != nullptr && api.release_model != nullptr &&
         api.close != nullptr;
}

}  // namespace

ImplementationPlaces own_places(const std::string& engine) {
  return {engine, own_folder(), user_cache(), kSourcesDigest};
}

fs::path find_implementation(const ImplementationPlaces& places, const TorchInstall& torch) {
  const std::string name = "libjoulemark_" + places.engine + "_impl.so";
  std::error_code error;
  if (fs::path built = places.plugin_dir / "impl" / torch.version / name; fs::exists(built, error))
    return built;
  if (!places.cache_dir.empty()) {
    const std::string folder = torch.version + "-" + places.digest;
    fs::path cached = places.cache_dir / places.engine / folder / name;
    if (fs::exists(cached, error)) return cached;
  }
  fail(JM_LIBRARY_UNUSABLE, "no plugin was built for PyTorch " + torch.version +
                                "; run 'joulemark engines --build " + places.engine + " --root " +
                                torch.library_dir + "'");
}

jm_engine_api open_implementation(const fs::path& file) {
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) unusable(file, dlerror());
  const auto entry = reinterpret_cast<jm_engine_entry_fn>(dlsym(handle, "jm_engine_entry"));
  if (entry == nullptr) unusable(file, "it does not export 'jm_engine_entry'");
  const jm_engine_api* table = entry();
  if (table == nullptr) unusable(file, "its entry returned nothing");
  if (table->abi_version != JM_ENGINE_ABI_VERSION)
    unusable(file, "it has interface version " + std::to_string(table->abi_version) +
                       ", this program " + std::to_string(JM_ENGINE_ABI_VERSION));
  jm_engine_api api{};
  std::memcpy(&api, table, std::min<std::size_t>(table->struct_size, sizeof api));
  if (!is_complete(api)) unusable(file, "its table of calls is not complete");
  return api;
}

}  // namespace joulemark::torch_bridge
