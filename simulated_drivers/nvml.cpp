// SPDX-License-Identifier: Apache-2.0
// The C interface of NVIDIA's management library.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "sensors/boards/nvml_abi.h"
#include "simulated_drivers/driver.h"

namespace nvml = joulemark::sensors::nvml;
using simulated::Gpu;
using simulated::Time;

namespace {

/// A handle is a board's number and 1.
nvml::Device handle_of(std::size_t index) {
  return reinterpret_cast<nvml::Device>(index + 1);
}

nvml::Return status(int code) {
  return code == simulated::kLost ? nvml::kGpuIsLost : code;
}

template <class Answer>
nvml::Return ask(nvml::Device device, const char* function, Answer answer) {
  if (device == nullptr) return nvml::kInvalidArgument;
  return status(simulated::ask(reinterpret_cast<std::size_t>(device) - 1, function, answer));
}

template <class Number>
nvml::Return give(const char* function, nvml::Device device, Number* result, double value) {
  return ask(device, function, [&](const Gpu&, Time) {
    *result = static_cast<Number>(value);
    return nvml::kSuccess;
  });
}

template <class Row>
nvml::Return processes(const char* function, nvml::Device device, unsigned* count, Row* rows) {
  return ask(device, function, [&](const Gpu& gpu, Time t) {
    const double t_s = static_cast<double>(t) * 1e-9;
    const unsigned room = *count;
    *count = 0;
    for (const Gpu::Process& process : gpu.processes) {
      if (t_s < process.from_s || t_s >= process.until_s) continue;
      if (*count < room) {
        rows[*count].pid = process.pid;
        rows[*count].memory_bytes = 1'000'000;
      }
      ++*count;
    }
    return *count > room ? nvml::kInsufficientSize : nvml::kSuccess;
  });
}

#ifndef OLD_DRIVER
void fill(nvml::FieldValue& field, const Gpu& gpu, Time t) {
  const std::string name = "field_" + std::to_string(field.field);
  simulated::count_call(name);
  field.timestamp_us = t / 1000;
  field.latency_us = 0;
  field.status = status(simulated::fate(gpu, name.c_str(), t));
  field.type = nvml::kUnsigned;
  if (field.field == nvml::kFieldTotalEnergy) {
    field.type = nvml::kUnsignedLongLong;
    field.value.as_unsigned_long_long = simulated::energy_mj(gpu, t);
  } else if (field.field == nvml::kFieldPowerAverage || field.field == nvml::kFieldPowerInstant) {
    const bool average = field.field == nvml::kFieldPowerAverage;
    const double milliwatts =
        simulated::power_mw(gpu, t, average ? gpu.average_ms : gpu.visible_ms);
    // As a double where no unsigned holds it: a reader has to look at the type.
    const bool fits = milliwatts <= 4294967295.0;
    field.type = fits ? nvml::kUnsigned : nvml::kDouble;
    if (fits) {
      field.value.as_unsigned = static_cast<unsigned>(std::lround(milliwatts));
    } else {
      field.value.as_double = milliwatts;
    }
  } else if (field.status == nvml::kSuccess) {
    field.status = nvml::kNotSupported;
  }
}
#endif

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): NVIDIA's names

DRIVER_EXPORT nvml::Return nvmlInit_v2() {
  return simulated::begin();
}

DRIVER_EXPORT nvml::Return nvmlShutdown() {
  simulated::end();
  return nvml::kSuccess;
}

DRIVER_EXPORT nvml::Return nvmlSystemGetDriverVersion(char* text, unsigned size) {
  const std::lock_guard lock(simulated::driver().mutex);
  std::strncpy(text, simulated::driver().scenario.driver.c_str(), size);
  return nvml::kSuccess;
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetCount_v2(unsigned* count) {
  const auto& scenario = simulated::driver().scenario;
  *count = scenario.count.value_or(static_cast<unsigned>(scenario.gpus.size()));
  return nvml::kSuccess;
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetHandleByIndex_v2(unsigned index, nvml::Device* device) {
  if (index >= simulated::driver().scenario.gpus.size()) return nvml::kInvalidArgument;
  *device = handle_of(index);
  return ask(*device, __func__, [](const Gpu&, Time) { return nvml::kSuccess; });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetName(nvml::Device device, char* text, unsigned size) {
  return ask(device, __func__, [&](const Gpu& gpu, Time) {
    std::strncpy(text, gpu.name.c_str(), size);
    if (gpu.endless_name != 0) std::memset(text, '\xff', size);
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetMigMode(nvml::Device device, unsigned* current,
                                                unsigned* pending) {
  return ask(device, __func__, [&](const Gpu& gpu, Time) {
    *current = *pending = static_cast<unsigned>(gpu.mig);
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetComputeRunningProcesses(nvml::Device device,
                                                                unsigned* count,
                                                                nvml::ProcessInfo1* rows) {
  return processes("nvmlDeviceGetComputeRunningProcesses", device, count, rows);
}

#ifndef OLD_DRIVER
DRIVER_EXPORT nvml::Return nvmlDeviceGetComputeRunningProcesses_v3(nvml::Device device,
                                                                   unsigned* count,
                                                                   nvml::ProcessInfo* rows) {
  return processes("nvmlDeviceGetComputeRunningProcesses", device, count, rows);
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetTotalEnergyConsumption(nvml::Device device,
                                                               unsigned long long* millijoules) {
  return ask(device, __func__, [&](const Gpu& gpu, Time t) {
    *millijoules = simulated::energy_mj(gpu, t);
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetFieldValues(nvml::Device device, int count,
                                                    nvml::FieldValue* values) {
  return ask(device, __func__, [&](const Gpu& gpu, Time t) {
    for (int i = 0; i < count; ++i) fill(values[i], gpu, t);
    return nvml::kSuccess;
  });
}
#endif

DRIVER_EXPORT nvml::Return nvmlDeviceGetPowerUsage(nvml::Device device, unsigned* milliwatts) {
  return ask(device, __func__, [&](const Gpu& gpu, Time t) {
    const double power = simulated::power_mw(gpu, t, gpu.usage_ms);
    *milliwatts = static_cast<unsigned>(std::lround(std::min(power, 4294967295.0)));
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetUtilizationRates(nvml::Device device,
                                                         nvml::Utilization* used) {
  return ask(device, __func__, [&](const Gpu&, Time) {
    *used = {97, 41};
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetMemoryInfo(nvml::Device device, nvml::Memory* memory) {
  return ask(device, __func__, [&](const Gpu&, Time) {
    *memory = {80'000'000'000, 50'000'000'000, 30'000'000'000};
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetClockInfo(nvml::Device device, int type, unsigned* mhz) {
  return give(__func__, device, mhz, type == nvml::kClockSm ? 1980 : 2619);
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetTemperature(nvml::Device device, int, unsigned* celsius) {
  return give(__func__, device, celsius, 61);
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetCurrentClocksThrottleReasons(nvml::Device device,
                                                                     unsigned long long* reasons) {
  return ask(device, __func__, [&](const Gpu& gpu, Time) {
    *reasons = static_cast<unsigned long long>(gpu.throttle);
    return nvml::kSuccess;
  });
}

#ifndef OLD_DRIVER
DRIVER_EXPORT nvml::Return nvmlDeviceGetPersistenceMode(nvml::Device device, int* mode) {
  return ask(device, __func__, [&](const Gpu& gpu, Time) {
    *mode = static_cast<int>(gpu.persistence);
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetPowerManagementLimit(nvml::Device device,
                                                             unsigned* milliwatts) {
  return ask(device, __func__, [&](const Gpu& gpu, Time) {
    *milliwatts = static_cast<unsigned>(gpu.power_limit_w * 1e3);
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetPowerManagementDefaultLimit(nvml::Device device,
                                                                    unsigned* milliwatts) {
  return ask(device, __func__, [&](const Gpu& gpu, Time) {
    *milliwatts = static_cast<unsigned>(gpu.limit_w * 1e3);
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetEccMode(nvml::Device device, int* current, int* pending) {
  return ask(device, __func__, [&](const Gpu& gpu, Time) {
    *current = *pending = static_cast<int>(gpu.ecc);
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetApplicationsClock(nvml::Device device, int, unsigned* mhz) {
  return ask(device, __func__, [&](const Gpu& gpu, Time) {
    *mhz = static_cast<unsigned>(gpu.application_mhz);
    return nvml::kSuccess;
  });
}

DRIVER_EXPORT nvml::Return nvmlDeviceGetMaxClockInfo(nvml::Device device, int, unsigned* mhz) {
  return give(__func__, device, mhz, 1980);
}
#endif

// NOLINTEND(readability-identifier-naming)
