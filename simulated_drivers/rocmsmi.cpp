// SPDX-License-Identifier: Apache-2.0
// ROCm SMI's C interface.
#include <cmath>
#include <cstring>
#include <limits>

#include "sensors/boards/amd_abi.h"
#include "simulated_drivers/driver.h"

namespace amd = joulemark::sensors::amd;
using simulated::Gpu;
using simulated::Time;

namespace {

constexpr double kUnitJ = 1.0 / 65536;

template <class Answer>
amd::Return ask(std::uint32_t board, const char* function, Answer answer) {
  const int code = simulated::ask(board, function, [&](const Gpu& gpu, Time t) {
    answer(gpu, t);
    return 0;
  });
  return code == simulated::kLost ? amd::kRocmNotFound : static_cast<amd::Return>(code);
}

std::uint64_t microwatts(const Gpu& gpu, Time t) {
  return static_cast<std::uint64_t>(std::llround(simulated::power_mw(gpu, t, gpu.usage_ms) * 1e3));
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): AMD's names

DRIVER_EXPORT amd::Return rsmi_init(std::uint64_t) {
  return static_cast<amd::Return>(simulated::begin());
}

DRIVER_EXPORT amd::Return rsmi_shut_down() {
  simulated::end();
  return amd::kSuccess;
}

DRIVER_EXPORT amd::Return rsmi_num_monitor_devices(std::uint32_t* count) {
  const auto& scenario = simulated::driver().scenario;
  *count = scenario.count.value_or(static_cast<unsigned>(scenario.gpus.size()));
  return amd::kSuccess;
}

DRIVER_EXPORT amd::Return rsmi_dev_name_get(std::uint32_t board, char* text, std::size_t size) {
  return ask(board, __func__,
             [&](const Gpu& gpu, Time) { std::strncpy(text, gpu.name.c_str(), size); });
}

DRIVER_EXPORT amd::Return rsmi_dev_pci_id_get(std::uint32_t board, std::uint64_t* address) {
  return ask(board, __func__, [&](const Gpu& gpu, Time) {
    *address = (gpu.partition != 0 ? 0x10000000U : 0U) | (board << 8);
  });
}

#ifndef OLD_DRIVER
DRIVER_EXPORT amd::Return rsmi_dev_energy_count_get(std::uint32_t board, std::uint64_t* energy,
                                                    float* resolution, std::uint64_t* timestamp) {
  return ask(board, __func__, [&](const Gpu& gpu, Time t) {
    *energy = simulated::raw_counter(gpu, t, kUnitJ);
    *resolution = gpu.resolution_uj != 0 ? static_cast<float>(gpu.resolution_uj)
                                         : std::numeric_limits<float>::quiet_NaN();
    *timestamp = static_cast<std::uint64_t>(t);
  });
}

DRIVER_EXPORT amd::Return rsmi_dev_power_get(std::uint32_t board, std::uint64_t* power, int* kind) {
  return ask(board, __func__, [&](const Gpu& gpu, Time t) {
    *power = microwatts(gpu, t);
    *kind = 1;
  });
}
#endif

DRIVER_EXPORT amd::Return rsmi_dev_power_ave_get(std::uint32_t board, std::uint32_t,
                                                 std::uint64_t* power) {
  return ask(board, __func__, [&](const Gpu& gpu, Time t) { *power = microwatts(gpu, t); });
}

DRIVER_EXPORT amd::Return rsmi_dev_temp_metric_get(std::uint32_t board, std::uint32_t, int,
                                                   std::int64_t* temperature) {
  return ask(board, __func__, [&](const Gpu&, Time) { *temperature = 61'000; });
}

DRIVER_EXPORT amd::Return rsmi_dev_busy_percent_get(std::uint32_t board, std::uint32_t* percent) {
  return ask(board, __func__, [&](const Gpu&, Time) { *percent = 97; });
}

DRIVER_EXPORT amd::Return rsmi_dev_memory_usage_get(std::uint32_t board, int, std::uint64_t* used) {
  return ask(board, __func__, [&](const Gpu&, Time) { *used = 30'000'000'000; });
}

// NOLINTEND(readability-identifier-naming)
