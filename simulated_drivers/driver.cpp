// SPDX-License-Identifier: Apache-2.0
#include "simulated_drivers/driver.h"

#include <dlfcn.h>

#include <cmath>
#include <exception>
#include <filesystem>

namespace simulated {
namespace {

/// Where the machine put this library.
std::filesystem::path library_path() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&library_path), &info) == 0) return {};
  return info.dli_fname;
}

}  // namespace

Driver& driver() {
  static Driver the_driver;
  return the_driver;
}

int begin() {
  Driver& d = driver();
  const std::lock_guard lock(d.mutex);
  if (d.users == 0) {
    const std::filesystem::path library = library_path();
    try {
      d.scenario = read_scenario(library.string() + ".scenario");
    } catch (const std::exception&) {
      return 999;
    }
    d.calls.clear();
    d.clock.emplace(library.parent_path().parent_path() / "clock");
  }
  if (d.scenario.init_error != 0) return d.scenario.init_error;
  ++d.users;
  return 0;
}

void end() {
  const std::lock_guard lock(driver().mutex);
  --driver().users;
}

void count_call(std::string_view function) {
  auto& calls = driver().calls;
  const auto known = calls.find(function);
  if (known != calls.end()) {
    ++known->second;
  } else {
    calls.emplace(function, 1);
  }
}

int fate(const Gpu& gpu, const char* function, Time t) {
  if (is_lost(gpu, t)) return kLost;
  const auto fails = gpu.fail.find(function);
  return fails != gpu.fail.end() ? fails->second : 0;
}

std::uint64_t raw_counter(const Gpu& gpu, Time t, double unit_j) {
  if (gpu.garbage != 0) return energy_mj(gpu, t);
  return static_cast<std::uint64_t>(std::llround(counter_j(gpu, t) / unit_j));
}

}  // namespace simulated

/// Calls of `function` since the first initialisation; of one field of NVML: "field_83".
DRIVER_EXPORT long joulemark_simulated_calls(const char* function) {
  const std::lock_guard lock(simulated::driver().mutex);
  const auto found = simulated::driver().calls.find(function);
  return found != simulated::driver().calls.end() ? found->second : 0;
}

/// Initialisations less shutdowns.
DRIVER_EXPORT int joulemark_simulated_users() {
  const std::lock_guard lock(simulated::driver().mutex);
  return simulated::driver().users;
}
