// SPDX-License-Identifier: Apache-2.0
// AMD SMI's C interface. The scenario's `driver` is the library's version: from 25 on the layout of
// powers is the newer one. Every board is on a socket of its own, but those with `partition`.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "sensors/boards/amd_abi.h"
#include "simulated_drivers/driver.h"

namespace amd = joulemark::sensors::amd;
using simulated::Gpu;
using simulated::Time;

namespace {

constexpr double kUnitJ = 1.0 / 65536;

amd::Return status(int code) {
  return code == simulated::kLost ? amd::kSmiNotFound : static_cast<amd::Return>(code);
}

/// A handle is a board's number and 1, a socket's the first of its boards.
amd::Handle handle_of(std::size_t index) {
  return reinterpret_cast<amd::Handle>(index + 1);
}
std::size_t index_of(amd::Handle handle) {
  return reinterpret_cast<std::size_t>(handle) - 1;
}

std::uint32_t version() {
  return static_cast<std::uint32_t>(
      std::strtoul(simulated::driver().scenario.driver.c_str(), nullptr, 10));
}

amd::Return give(const std::vector<amd::Handle>& all, std::uint32_t* count, amd::Handle* list) {
  const std::size_t room = list != nullptr ? *count : 0;
  std::copy_n(all.begin(), std::min(room, all.size()), list);
  *count = static_cast<std::uint32_t>(all.size());
  return amd::kSuccess;
}

template <class Answer>
amd::Return ask(amd::Handle handle, const char* function, Answer answer) {
  return status(simulated::ask(index_of(handle), function, [&](const Gpu& gpu, Time t) {
    answer(gpu, t);
    return 0;
  }));
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): AMD's names

DRIVER_EXPORT amd::Return amdsmi_init(std::uint64_t) {
  return static_cast<amd::Return>(simulated::begin());
}

DRIVER_EXPORT amd::Return amdsmi_shut_down() {
  simulated::end();
  return amd::kSuccess;
}

DRIVER_EXPORT amd::Return amdsmi_get_lib_version(amd::Version* answer) {
  *answer = {version(), {1, 2, 3}, "simulated"};
  return amd::kSuccess;
}

DRIVER_EXPORT amd::Return amdsmi_get_socket_handles(std::uint32_t* count, amd::Handle* list) {
  const auto& scenario = simulated::driver().scenario;
  std::vector<amd::Handle> sockets;
  for (std::size_t i = 0; i < scenario.gpus.size(); ++i)
    if (scenario.gpus[i].partition == 0) sockets.push_back(handle_of(i));
  const amd::Return code = give(sockets, count, list);
  if (scenario.count) *count = *scenario.count;
  return code;
}

DRIVER_EXPORT amd::Return amdsmi_get_processor_handles(amd::Handle socket, std::uint32_t* count,
                                                       amd::Handle* list) {
  const auto& gpus = simulated::driver().scenario.gpus;
  if (index_of(socket) >= gpus.size()) return amd::kSmiNotFound;
  std::vector<amd::Handle> processors = {socket};
  for (std::size_t i = index_of(socket) + 1; i < gpus.size() && gpus[i].partition != 0; ++i)
    processors.push_back(handle_of(i));
  return give(processors, count, list);
}

DRIVER_EXPORT amd::Return amdsmi_get_processor_type(amd::Handle, int* type) {
  *type = amd::kProcessorGpu;
  return amd::kSuccess;
}

DRIVER_EXPORT amd::Return amdsmi_get_gpu_asic_info(amd::Handle board, amd::AsicInfo* info) {
  return ask(board, __func__, [&](const Gpu& gpu, Time) {
    std::strncpy(info->name, gpu.name.c_str(), amd::kNameSize);
    if (gpu.endless_name != 0) std::memset(info->name, '\xff', 256);
  });
}

#ifndef OLD_DRIVER
DRIVER_EXPORT amd::Return amdsmi_get_energy_count(amd::Handle board, std::uint64_t* energy,
                                                  float* resolution, std::uint64_t* timestamp) {
  return ask(board, __func__, [&](const Gpu& gpu, Time t) {
    *energy = simulated::raw_counter(gpu, t, kUnitJ);
    *resolution = gpu.resolution_uj != 0 ? static_cast<float>(gpu.resolution_uj)
                                         : std::numeric_limits<float>::quiet_NaN();
    *timestamp = static_cast<std::uint64_t>(t);
  });
}
#endif

/// A board has the present power; one with "fail current_socket_power" the average instead.
DRIVER_EXPORT amd::Return amdsmi_get_power_info(amd::Handle board, amd::PowerInfo* info) {
  return ask(board, __func__, [&](const Gpu& gpu, Time t) {
    const auto watts =
        static_cast<std::uint32_t>(std::lround(simulated::power_mw(gpu, t, gpu.usage_ms) * 1e-3));
    const bool has_current = !gpu.fail.contains("current_socket_power");
    constexpr std::uint32_t kMillivolts = 800;
    if (version() >= 25) {
      info->v25 = {0,
                   has_current ? watts : 0xFFFFFFFF,
                   has_current ? 0xFFFFFFFF : watts,
                   {kMillivolts, 0, kMillivolts}};
    } else {
      info->v24 = {has_current ? watts : 0xFFFF,
                   has_current ? 0xFFFF : watts,
                   {kMillivolts, kMillivolts, kMillivolts}};
    }
  });
}

DRIVER_EXPORT amd::Return amdsmi_get_temp_metric(amd::Handle board, int, int,
                                                 std::int64_t* temperature) {
  return ask(board, __func__, [&](const Gpu&, Time) { *temperature = 61; });
}

DRIVER_EXPORT amd::Return amdsmi_get_gpu_activity(amd::Handle board, amd::EngineUsage* usage) {
  return ask(board, __func__, [&](const Gpu&, Time) { *usage = {97, 41, {}}; });
}

DRIVER_EXPORT amd::Return amdsmi_get_gpu_memory_usage(amd::Handle board, int, std::uint64_t* used) {
  return ask(board, __func__, [&](const Gpu&, Time) { *used = 30'000'000'000; });
}

// NOLINTEND(readability-identifier-naming)
