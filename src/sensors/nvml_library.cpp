// SPDX-License-Identifier: Apache-2.0
// Found with dlopen: joulemark runs where there is no NVIDIA driver, and is built without one.
#include "sensors/nvml_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace joulemark::sensors {
namespace {

/// The first of `names` that the library has: newer versions of a call come first.
template <class Function, class... Names>
void bind(void* library, Function*& function, Names... names) {
  for (const char* name : {names...}) {
    function = reinterpret_cast<Function*>(dlsym(library, name));
    if (function != nullptr) return;
  }
}

nvml::Functions bind_all(void* library) {
  nvml::Functions f;
  bind(library, f.init, "nvmlInit_v2");
  bind(library, f.shutdown, "nvmlShutdown");
  bind(library, f.driver_version, "nvmlSystemGetDriverVersion");
  bind(library, f.count, "nvmlDeviceGetCount_v2");
  bind(library, f.handle, "nvmlDeviceGetHandleByIndex_v2");
  bind(library, f.name, "nvmlDeviceGetName");
  bind(library, f.mig_mode, "nvmlDeviceGetMigMode");
  // Asked for their number only, so it does not matter that the versions' rows differ.
  bind(library, f.processes, "nvmlDeviceGetComputeRunningProcesses_v3",
       "nvmlDeviceGetComputeRunningProcesses_v2", "nvmlDeviceGetComputeRunningProcesses");
  bind(library, f.total_energy, "nvmlDeviceGetTotalEnergyConsumption");
  bind(library, f.field_values, "nvmlDeviceGetFieldValues");
  bind(library, f.power_usage, "nvmlDeviceGetPowerUsage");
  bind(library, f.utilization, "nvmlDeviceGetUtilizationRates");
  bind(library, f.memory, "nvmlDeviceGetMemoryInfo");
  bind(library, f.clock, "nvmlDeviceGetClockInfo");
  bind(library, f.temperature, "nvmlDeviceGetTemperature");
  bind(library, f.throttle_reasons, "nvmlDeviceGetCurrentClocksEventReasons",
       "nvmlDeviceGetCurrentClocksThrottleReasons");
  return f;
}

/// The first call that is missing of those without which there is no board at all.
const char* missing_of(const nvml::Functions& functions) {
  if (functions.init == nullptr) return "nvmlInit_v2";
  if (functions.shutdown == nullptr) return "nvmlShutdown";
  if (functions.count == nullptr) return "nvmlDeviceGetCount_v2";
  if (functions.handle == nullptr) return "nvmlDeviceGetHandleByIndex_v2";
  return nullptr;
}

}  // namespace

tl::expected<std::shared_ptr<const NvmlLibrary>, NvmlFailure> NvmlLibrary::open(
    const std::filesystem::path& path) {
  using Kind = NvmlFailure::Kind;
  void* loaded = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) {
    const char* why = dlerror();
    return tl::unexpected(NvmlFailure{
        Kind::kMissing, nvml::kSuccess,
        fmt::format("cannot load '{}': {}", path.string(), why != nullptr ? why : "unknown")});
  }
  std::shared_ptr<NvmlLibrary> library(new NvmlLibrary(loaded));
  library->functions_ = bind_all(loaded);
  if (const char* symbol = missing_of(library->functions_))
    return tl::unexpected(
        NvmlFailure{Kind::kSymbols, nvml::kSuccess,
                    fmt::format("'{}' has no function '{}'", path.string(), symbol)});
  if (const nvml::Return code = library->functions_.init(); code != nvml::kSuccess)
    return tl::unexpected(NvmlFailure{
        Kind::kRefused, code,
        fmt::format("'{}' cannot be initialised: {}", path.string(), nvml_error_text(code))});
  library->initialised_ = true;
  return library;
}

NvmlLibrary::~NvmlLibrary() {
  if (initialised_) functions_.shutdown();
  dlclose(library_);
}

std::string NvmlLibrary::driver_version() const {
  std::array<char, nvml::kVersionSize> text{};
  if (nvml::call(functions_.driver_version, text.data(), nvml::kVersionSize) != nvml::kSuccess)
    return "unknown";
  return nvml_text(text.data(), text.size());
}

std::string nvml_text(const char* buffer, std::size_t size) {
  std::string text(buffer, std::find(buffer, buffer + size, '\0'));
  std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
  return text;
}

std::string nvml_error_text(nvml::Return code) {
  switch (code) {
    case nvml::kNotSupported:
      return "not supported";
    case nvml::kNoPermission:
      return "permission denied";
    case nvml::kDriverNotLoaded:
      return "the driver is not loaded";
    case nvml::kFunctionNotFound:
      return "the driver lacks the function";
    case nvml::kGpuIsLost:
      return "the GPU is lost";
    case nvml::kResetRequired:
      return "the GPU has to be reset";
    case nvml::kVersionMismatch:
      return "library and driver are of different versions";
    case nvml::kGpuNotFound:
      return "the GPU is gone";
    default:
      return fmt::format("error {}", code);
  }
}

}  // namespace joulemark::sensors
