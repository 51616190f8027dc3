// SPDX-License-Identifier: Apache-2.0
// The library's C interface. The scenario is the file that JOULEMARK_FAKE_NVML names, else
// "nvml.scenario" beside the library; it is read, and all counts begin, with the first nvmlInit.
#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

#include "fake_nvml/gpu.h"
#include "sensors/boards/nvml_abi.h"

#define FAKE_EXPORT extern "C" __attribute__((visibility("default")))

namespace nvml = joulemark::sensors::nvml;

namespace joulemark::sensors::nvml {
/// What a handle points to: the board's place in the scenario.
struct DeviceState {
  std::size_t index = 0;
};
}  // namespace joulemark::sensors::nvml

namespace fake_nvml {
namespace {

Time monotonic() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<Time>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// A C interface has no other place for its state.
struct Driver {
  std::mutex mutex;
  int users = 0;
  Scenario scenario;
  std::vector<nvml::DeviceState> devices;
  std::map<std::string, long> calls;
  Time start = 0;
  std::optional<Time> virtual_time;

  Time now() const { return virtual_time ? *virtual_time : monotonic() - start; }
};

Driver& driver() {
  static Driver the_driver;
  return the_driver;
}

std::filesystem::path scenario_path() {
  if (const char* path = std::getenv("JOULEMARK_FAKE_NVML")) return path;
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&scenario_path), &info) == 0) return "nvml.scenario";
  return std::filesystem::path(info.dli_fname).parent_path() / "nvml.scenario";
}

void start(Driver& d) {
  d.scenario = read_scenario(scenario_path());
  d.calls.clear();
  d.start = monotonic();
  d.devices.clear();
  for (std::size_t i = 0; i < d.scenario.gpus.size(); ++i) d.devices.push_back({i});
}

/// What `function` returns before it has looked at anything.
nvml::Return fate(const Gpu& gpu, const char* function, Time t) {
  if (is_lost(gpu, t)) return nvml::kGpuIsLost;
  const auto fails = gpu.fail.find(function);
  return fails != gpu.fail.end() ? fails->second : nvml::kSuccess;
}

/// Counts the call, waits as it would take, and lets `answer(gpu, t)` answer unless it is to fail.
template <class Answer>
nvml::Return ask(nvml::Device device, const char* function, Answer answer) {
  Driver& d = driver();
  const std::lock_guard lock(d.mutex);
  ++d.calls[function];
  if (d.users == 0) return 1;
  if (device == nullptr) return nvml::kInvalidArgument;
  const Gpu& gpu = d.scenario.gpus[device->index];
  // Where time is scripted a call takes none of it.
  if (gpu.latency_ms > 0 && !d.virtual_time)
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(gpu.latency_ms));
  const nvml::Return code = fate(gpu, function, d.now());
  return code == nvml::kSuccess ? answer(gpu, d.now()) : code;
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

#ifndef FAKE_NVML_OLD
void fill(nvml::FieldValue& field, const Gpu& gpu, Time t) {
  const std::string name = "field_" + std::to_string(field.field);
  ++driver().calls[name];
  field.timestamp_us = t / 1000;
  field.latency_us = 0;
  field.status = fate(gpu, name.c_str(), t);
  field.type = nvml::kUnsigned;
  if (field.field == nvml::kFieldTotalEnergy) {
    field.type = nvml::kUnsignedLongLong;
    field.value.as_unsigned_long_long = energy_mj(gpu, t);
  } else if (field.field == nvml::kFieldPowerAverage || field.field == nvml::kFieldPowerInstant) {
    const bool average = field.field == nvml::kFieldPowerAverage;
    const double milliwatts = power_mw(gpu, t, average ? gpu.average_ms : gpu.visible_ms);
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
}  // namespace fake_nvml

using fake_nvml::Gpu;
using fake_nvml::Time;

// NOLINTBEGIN(readability-identifier-naming): NVIDIA's names

/// From now on time is `ns` since the scenario began, until the next call.
FAKE_EXPORT void joulemark_fake_nvml_set_time_ns(std::int64_t ns) {
  const std::lock_guard lock(fake_nvml::driver().mutex);
  fake_nvml::driver().virtual_time = ns;
}

/// Calls of `function` since the first nvmlInit; of one field: "field_83".
FAKE_EXPORT long joulemark_fake_nvml_calls(const char* function) {
  const std::lock_guard lock(fake_nvml::driver().mutex);
  const auto found = fake_nvml::driver().calls.find(function);
  return found != fake_nvml::driver().calls.end() ? found->second : 0;
}

/// nvmlInit less nvmlShutdown.
FAKE_EXPORT int joulemark_fake_nvml_users() {
  const std::lock_guard lock(fake_nvml::driver().mutex);
  return fake_nvml::driver().users;
}

FAKE_EXPORT nvml::Return nvmlInit_v2() {
  auto& d = fake_nvml::driver();
  const std::lock_guard lock(d.mutex);
  try {
    if (d.users == 0) fake_nvml::start(d);
  } catch (const std::exception&) {
    return 999;
  }
  if (d.scenario.init_error != 0) return d.scenario.init_error;
  ++d.users;
  ++d.calls["nvmlInit_v2"];
  return nvml::kSuccess;
}

FAKE_EXPORT nvml::Return nvmlShutdown() {
  const std::lock_guard lock(fake_nvml::driver().mutex);
  --fake_nvml::driver().users;
  return nvml::kSuccess;
}

FAKE_EXPORT nvml::Return nvmlSystemGetDriverVersion(char* text, unsigned size) {
  const std::lock_guard lock(fake_nvml::driver().mutex);
  std::strncpy(text, fake_nvml::driver().scenario.driver.c_str(), size);
  return nvml::kSuccess;
}

FAKE_EXPORT nvml::Return nvmlDeviceGetCount_v2(unsigned* count) {
  const auto& d = fake_nvml::driver();
  *count = d.scenario.count.value_or(static_cast<unsigned>(d.devices.size()));
  return nvml::kSuccess;
}

FAKE_EXPORT nvml::Return nvmlDeviceGetHandleByIndex_v2(unsigned index, nvml::Device* device) {
  auto& d = fake_nvml::driver();
  if (index >= d.devices.size()) return nvml::kInvalidArgument;
  *device = &d.devices[index];
  return fake_nvml::ask(*device, __func__, [](const Gpu&, Time) { return nvml::kSuccess; });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetName(nvml::Device device, char* text, unsigned size) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time) {
    std::strncpy(text, gpu.name.c_str(), size);
    if (gpu.endless_name != 0) std::memset(text, '\xff', size);
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetMigMode(nvml::Device device, unsigned* current,
                                              unsigned* pending) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time) {
    *current = *pending = static_cast<unsigned>(gpu.mig);
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetComputeRunningProcesses(nvml::Device device, unsigned* count,
                                                              nvml::ProcessInfo1* rows) {
  return fake_nvml::processes("nvmlDeviceGetComputeRunningProcesses", device, count, rows);
}

#ifndef FAKE_NVML_OLD
FAKE_EXPORT nvml::Return nvmlDeviceGetComputeRunningProcesses_v3(nvml::Device device,
                                                                 unsigned* count,
                                                                 nvml::ProcessInfo* rows) {
  return fake_nvml::processes("nvmlDeviceGetComputeRunningProcesses", device, count, rows);
}

FAKE_EXPORT nvml::Return nvmlDeviceGetTotalEnergyConsumption(nvml::Device device,
                                                             unsigned long long* millijoules) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time t) {
    *millijoules = fake_nvml::energy_mj(gpu, t);
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetFieldValues(nvml::Device device, int count,
                                                  nvml::FieldValue* values) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time t) {
    for (int i = 0; i < count; ++i) fake_nvml::fill(values[i], gpu, t);
    return nvml::kSuccess;
  });
}
#endif

FAKE_EXPORT nvml::Return nvmlDeviceGetPowerUsage(nvml::Device device, unsigned* milliwatts) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time t) {
    const double power = fake_nvml::power_mw(gpu, t, gpu.usage_ms);
    *milliwatts = static_cast<unsigned>(std::lround(std::min(power, 4294967295.0)));
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetUtilizationRates(nvml::Device device,
                                                       nvml::Utilization* used) {
  return fake_nvml::ask(device, __func__, [&](const Gpu&, Time) {
    *used = {97, 41};
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetMemoryInfo(nvml::Device device, nvml::Memory* memory) {
  return fake_nvml::ask(device, __func__, [&](const Gpu&, Time) {
    *memory = {80'000'000'000, 50'000'000'000, 30'000'000'000};
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetClockInfo(nvml::Device device, int type, unsigned* mhz) {
  return fake_nvml::give(__func__, device, mhz, type == nvml::kClockSm ? 1980 : 2619);
}

FAKE_EXPORT nvml::Return nvmlDeviceGetTemperature(nvml::Device device, int, unsigned* celsius) {
  return fake_nvml::give(__func__, device, celsius, 61);
}

FAKE_EXPORT nvml::Return nvmlDeviceGetCurrentClocksThrottleReasons(nvml::Device device,
                                                                   unsigned long long* reasons) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time) {
    *reasons = static_cast<unsigned long long>(gpu.throttle);
    return nvml::kSuccess;
  });
}

#ifndef FAKE_NVML_OLD
FAKE_EXPORT nvml::Return nvmlDeviceGetPersistenceMode(nvml::Device device, int* mode) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time) {
    *mode = static_cast<int>(gpu.persistence);
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetPowerManagementLimit(nvml::Device device,
                                                           unsigned* milliwatts) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time) {
    *milliwatts = static_cast<unsigned>(gpu.power_limit_w * 1e3);
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetPowerManagementDefaultLimit(nvml::Device device,
                                                                  unsigned* milliwatts) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time) {
    *milliwatts = static_cast<unsigned>(gpu.limit_w * 1e3);
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetEccMode(nvml::Device device, int* current, int* pending) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time) {
    *current = *pending = static_cast<int>(gpu.ecc);
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetApplicationsClock(nvml::Device device, int, unsigned* mhz) {
  return fake_nvml::ask(device, __func__, [&](const Gpu& gpu, Time) {
    *mhz = static_cast<unsigned>(gpu.application_mhz);
    return nvml::kSuccess;
  });
}

FAKE_EXPORT nvml::Return nvmlDeviceGetMaxClockInfo(nvml::Device device, int, unsigned* mhz) {
  return fake_nvml::give(__func__, device, mhz, 1980);
}
#endif

// NOLINTEND(readability-identifier-naming)
