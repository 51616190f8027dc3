// SPDX-License-Identifier: Apache-2.0
// The order in which PyTorch's libraries are opened, and what may be missing.
#include "torch_kit/bridge/torch_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "plugin_kit/status.h"

namespace joulemark::torch_bridge {
namespace {

namespace fs = std::filesystem;
using plugin::fail;

/// Local: an implementation names what it needs, and the loader gives it what is open already.
void* open_file(const fs::path& file) {
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    fail(JM_LIBRARY_UNUSABLE, "cannot open '" + file.string() + "': " + dlerror() +
                                  "; install PyTorch again, or name another with --engine-root");
  return handle;
}

fs::path needed_file(const fs::path& folder, const std::string& name) {
  std::error_code error;
  if (!fs::exists(folder / name, error))
    fail(JM_LIBRARY_MISSING, "there is no '" + name + "' in '" + folder.string() + "'");
  return folder / name;
}

/// PyTorch's own OpenMP (libgomp.so.1, libgomp-a34b3233.so.1), before another one of that name is
/// found elsewhere. A build that uses the system's has none.
void open_openmp(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().filename().string().rfind("libgomp", 0) == 0) found.push_back(it->path());
  std::sort(found.begin(), found.end());
  for (const fs::path& file : found) open_file(file);
}

/// The driver's count of devices; fails with what is missing.
void require_device() {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (driver == nullptr) fail(JM_LIBRARY_UNUSABLE, "no NVIDIA driver: libcuda.so.1 was not found");
  const auto initialise = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  const auto count_devices = reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDeviceGetCount"));
  if (initialise == nullptr || count_devices == nullptr)
    fail(JM_LIBRARY_UNUSABLE, "libcuda.so.1 is no NVIDIA driver");
  int count = 0;
  const int error = initialise(0);
  if (error != 0 || count_devices(&count) != 0 || count == 0)
    fail(JM_LIBRARY_UNUSABLE,
         "the NVIDIA driver finds no device (error " + std::to_string(error) + ")");
}

void require_cuda(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder / "libtorch_cuda.so", error))
    fail(JM_LIBRARY_UNUSABLE,
         "this PyTorch has no CUDA, there is no 'libtorch_cuda.so' in '" + folder.string() + "'");
  require_device();
}

}  // namespace

fs::path torch_library(const std::string& library_dir) {
  return needed_file(library_dir, "libtorch_cpu.so");
}

void open_torch(const std::string& library_dir, const std::string& provider) {
  const bool wants_cuda = provider == "cuda";
  if (!wants_cuda && provider != "cpu")
    fail(JM_UNSUPPORTED, "there is no provider '" + provider + "'; use cpu or cuda");
  const fs::path folder = library_dir;
  if (wants_cuda) require_cuda(folder);
  open_openmp(folder);
  open_file(needed_file(folder, "libc10.so"));
  open_file(torch_library(library_dir));
  if (!wants_cuda) return;
  open_file(needed_file(folder, "libc10_cuda.so"));
  open_file(needed_file(folder, "libtorch_cuda.so"));
}

}  // namespace joulemark::torch_bridge
