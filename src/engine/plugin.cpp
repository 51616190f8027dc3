// SPDX-License-Identifier: Apache-2.0
// dlopen of a plugin, and the checks before anything of it is called.
#include "engine/plugin.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace joulemark::engine {
namespace {

tl::unexpected<Error> unusable(const std::string& path, const std::string& why) {
  return fail(ErrorKind::kMachine, fmt::format("cannot load plugin '{}': {}", path, why));
}

/// Every member from `open` to `close` is a function that must be there.
bool is_complete(const jm_engine_api& api) {
  constexpr std::size_t kFirst = offsetof(jm_engine_api, open);
  constexpr std::size_t kCalls = (offsetof(jm_engine_api, operators) - kFirst) / sizeof(void (*)());
  const auto* calls = reinterpret_cast<const unsigned char*>(&api) + kFirst;
  for (std::size_t i = 0; i < kCalls; ++i) {
    std::uintptr_t address = 0;
    std::memcpy(&address, calls + i * sizeof address, sizeof address);
    if (address == 0) return false;
  }
  return api.name != nullptr;
}

}  // namespace

Result<Plugin> Plugin::load(const std::string& so_path) {
  // A bare name would be searched for along the library path.
  if (so_path.find('/') == std::string::npos) return unusable(so_path, "the path has no folder");
  void* handle = dlopen(so_path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return unusable(so_path, dlerror());
  const auto entry = reinterpret_cast<jm_engine_entry_fn>(dlsym(handle, "jm_engine_entry"));
  if (entry == nullptr) return unusable(so_path, "it does not export 'jm_engine_entry'");
  const jm_engine_api* table = entry();
  if (table == nullptr) return unusable(so_path, "its entry returned nothing");
  if (table->abi_version != JM_ENGINE_ABI_VERSION)
    return unusable(so_path, fmt::format("it has interface version {}, this program {}; rebuild it",
                                         table->abi_version, JM_ENGINE_ABI_VERSION));
  auto api = std::make_unique<jm_engine_api>();
  std::memset(api.get(), 0, sizeof *api);
  std::memcpy(api.get(), table, std::min<std::size_t>(table->struct_size, sizeof *api));
  if (!is_complete(*api))
    return unusable(so_path, "its table of calls is not complete; rebuild it");
  return Plugin(std::move(api));
}

}  // namespace joulemark::engine
