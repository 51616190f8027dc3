// SPDX-License-Identifier: Apache-2.0
// Found with dlopen: joulemark runs where there is no NVIDIA driver, and is built without one.
#include "sensors/boards/nvml_library.h"

#include <fmt/format.h>

#include <array>

namespace joulemark::sensors {
namespace {

nvml::Functions bind_all(const SharedLibrary& library) {
  nvml::Functions f;
  library.bind(f.init, "nvmlInit_v2");
  library.bind(f.shutdown, "nvmlShutdown");
  library.bind(f.driver_version, "nvmlSystemGetDriverVersion");
  library.bind(f.count, "nvmlDeviceGetCount_v2");
  library.bind(f.handle, "nvmlDeviceGetHandleByIndex_v2");
  library.bind(f.name, "nvmlDeviceGetName");
  library.bind(f.mig_mode, "nvmlDeviceGetMigMode");
  library.bind(f.processes, "nvmlDeviceGetComputeRunningProcesses_v3",
               "nvmlDeviceGetComputeRunningProcesses_v2");
  library.bind(f.processes1, "nvmlDeviceGetComputeRunningProcesses");
  library.bind(f.total_energy, "nvmlDeviceGetTotalEnergyConsumption");
  library.bind(f.field_values, "nvmlDeviceGetFieldValues");
  library.bind(f.power_usage, "nvmlDeviceGetPowerUsage");
  library.bind(f.utilization, "nvmlDeviceGetUtilizationRates");
  library.bind(f.memory, "nvmlDeviceGetMemoryInfo");
  library.bind(f.clock, "nvmlDeviceGetClockInfo");
  library.bind(f.temperature, "nvmlDeviceGetTemperature");
  library.bind(f.throttle_reasons, "nvmlDeviceGetCurrentClocksEventReasons",
               "nvmlDeviceGetCurrentClocksThrottleReasons");
  library.bind(f.persistence, "nvmlDeviceGetPersistenceMode");
  library.bind(f.power_limit, "nvmlDeviceGetPowerManagementLimit");
  library.bind(f.default_power_limit, "nvmlDeviceGetPowerManagementDefaultLimit");
  library.bind(f.ecc, "nvmlDeviceGetEccMode");
  library.bind(f.application_clock, "nvmlDeviceGetApplicationsClock");
  library.bind(f.highest_clock, "nvmlDeviceGetMaxClockInfo");
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
    const std::vector<std::filesystem::path>& paths) {
  auto loaded = SharedLibrary::open(paths);
  if (!loaded) return tl::unexpected(std::move(loaded.error()));
  std::shared_ptr<NvmlLibrary> library(new NvmlLibrary(*std::move(loaded)));
  library->functions_ = bind_all(library->library_);
  if (const char* symbol = missing_of(library->functions_))
    return tl::unexpected(library->library_.lacks(symbol));
  if (const nvml::Return code = library->functions_.init(); code != nvml::kSuccess)
    return tl::unexpected(library->library_.refuses(code, nvml_error_text(code)));
  library->initialised_ = true;
  return library;
}

NvmlLibrary::~NvmlLibrary() {
  if (initialised_) functions_.shutdown();
}

std::string NvmlLibrary::driver_version() const {
  std::array<char, nvml::kVersionSize> text{};
  if (nvml::call(functions_.driver_version, text.data(), nvml::kVersionSize) != nvml::kSuccess)
    return "unknown";
  return library_text(text.data(), text.size());
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
