// SPDX-License-Identifier: Apache-2.0
#include "fake_boards/driver.h"

#include <dlfcn.h>

#include <cmath>
#include <ctime>
#include <exception>

namespace fake_boards {
namespace {

Time monotonic() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<Time>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

std::filesystem::path scenario_path() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&scenario_path), &info) == 0) return "boards.scenario";
  return std::filesystem::path(info.dli_fname).parent_path() / "boards.scenario";
}

}  // namespace

Time Driver::now() const {
  return virtual_time ? *virtual_time : monotonic() - start;
}

Driver& driver() {
  static Driver the_driver;
  return the_driver;
}

int begin() {
  Driver& d = driver();
  const std::lock_guard lock(d.mutex);
  if (d.users == 0) {
    try {
      d.scenario = fake_nvml::read_scenario(scenario_path());
    } catch (const std::exception&) {
      return 999;
    }
    d.calls.clear();
    d.start = monotonic();
  }
  if (d.scenario.init_error != 0) return d.scenario.init_error;
  ++d.users;
  return 0;
}

void end() {
  const std::lock_guard lock(driver().mutex);
  --driver().users;
}

std::uint64_t raw_counter(const Gpu& gpu, Time t, double unit_j) {
  if (gpu.garbage != 0) return fake_nvml::energy_mj(gpu, t);
  return static_cast<std::uint64_t>(std::llround(fake_nvml::counter_j(gpu, t) / unit_j));
}

}  // namespace fake_boards

/// From now on time is `ns` since the scenario began.
FAKE_EXPORT void joulemark_fake_set_time_ns(std::int64_t ns) {
  const std::lock_guard lock(fake_boards::driver().mutex);
  fake_boards::driver().virtual_time = ns;
}

/// Calls of `function` since the first initialisation.
FAKE_EXPORT long joulemark_fake_calls(const char* function) {
  const std::lock_guard lock(fake_boards::driver().mutex);
  const auto found = fake_boards::driver().calls.find(function);
  return found != fake_boards::driver().calls.end() ? found->second : 0;
}

FAKE_EXPORT int joulemark_fake_users() {
  const std::lock_guard lock(fake_boards::driver().mutex);
  return fake_boards::driver().users;
}
