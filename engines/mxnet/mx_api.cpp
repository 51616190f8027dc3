// SPDX-License-Identifier: Apache-2.0
#include "mx_api.h"

#include <cstdlib>

#include "mx_errors.h"
#include "plugin_kit/library.h"

namespace joulemark::mx {
namespace {

using plugin::fail;

/// What the libraries read when they are opened. Only the number of threads is the trial's; a
/// user's own setting of the rest stays.
void set_environment(int threads) {
  constexpr int kKeep = 0;
  constexpr int kReplace = 1;
  setenv("OMP_NUM_THREADS", std::to_string(threads).c_str(), kReplace);
  // One operator at a time, which uses all threads.
  setenv("MXNET_CPU_WORKER_NTHREADS", "1", kKeep);
  // A sentence for every pass over a symbol otherwise.
  setenv("MXNET_SUBGRAPH_VERBOSE", "0", kKeep);
}

Api find_functions(void* handle, const std::string& path) {
  Api api;
#define JM_MX_FIND(name, parameters)                                    \
  api.name = reinterpret_cast<int(*) parameters>(dlsym(handle, #name)); \
  if (api.name == nullptr)                                              \
    fail(JM_LIBRARY_UNUSABLE, "'" + path + "' lacks the function '" #name "'");
  JM_MX_FUNCTIONS(JM_MX_FIND)
#undef JM_MX_FIND
  api.MXGetLastError = reinterpret_cast<const char* (*)()>(dlsym(handle, "MXGetLastError"));
  if (api.MXGetLastError == nullptr)
    fail(JM_LIBRARY_UNUSABLE, "'" + path + "' lacks the function 'MXGetLastError'");
  return api;
}

/// 10901 → "1.9.1".
std::string version_text(int number) {
  return std::to_string(number / 10000) + "." + std::to_string(number / 100 % 100) + "." +
         std::to_string(number % 100);
}

}  // namespace

Library open_library(const std::string& folder, int threads) {
  set_environment(threads);
  const auto [path, handle] = plugin::open_library(folder, "libmxnet.so");
  Library library{find_functions(handle, path), path, ""};
  const Api& api = library.api;
  int version = 0;
  check(api, Stage::kOpen, api.MXGetVersion(&version));
  library.version = version_text(version);
  check(api, Stage::kOpen, api.MXSetNumOMPThreads(threads));
  // Operators of MXNet's first interface are only found once all have been listed.
  std::uint32_t count = 0;
  const char** names = nullptr;
  check(api, Stage::kOpen, api.MXListAllOpNames(&count, &names));
  set_shapes(api, Shapes::kNumpy);
  return library;
}

void set_shapes(const Api& api, Shapes shapes) {
  constexpr int kOff = 0;
  constexpr int kOnAllThreads = 2;
  int before = 0;
  check(api, Stage::kOpen,
        api.MXSetIsNumpyShape(shapes == Shapes::kNumpy ? kOnAllThreads : kOff, &before));
}

}  // namespace joulemark::mx
