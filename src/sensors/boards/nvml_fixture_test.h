// SPDX-License-Identifier: Apache-2.0
// A simulated machine with a simulated NVIDIA driver, for tests.
#pragma once

#include <string>

#include "sensors/boards/driver_fixture_test.h"

namespace joulemark::sensors {

inline constexpr const char* kEnergyCall = "nvmlDeviceGetTotalEnergyConsumption";
inline constexpr const char* kProcessCall = "nvmlDeviceGetComputeRunningProcesses";

class NvmlMachine : public DriverMachine {
 public:
  explicit NvmlMachine(const std::string& scenario, const char* library = SIMULATED_NVML)
      : DriverMachine({library, "libnvidia-ml.so.1", "nvml"}, scenario) {
    std::filesystem::create_directories(root() / "dev/nvidia0");
  }

  /// The energies from now to `t_s` of the scenario, sampled in between as the sensors wish.
  std::vector<Energy> sampled_until(double t_s) {
    const Readings begin = read();
    sample_until(t_s);
    const Readings end = read();
    list_calls_inside_ = calls(kProcessCall);
    return between(begin, end);
  }
  /// Calls for the list of processes up to the end of the last window.
  [[nodiscard]] long list_calls_inside() const { return list_calls_inside_; }
  [[nodiscard]] const SensorStatus* status(const std::string& scope) {
    for (const SensorStatus& status : found().statuses)
      if (status.sensor == "nvml" && status.scope == scope) return &status;
    return nullptr;
  }

 private:
  long list_calls_inside_ = 0;
};

/// The driver has no counter for the board, under neither of its names.
inline constexpr const char* kNoCounter =
    "fail nvmlDeviceGetTotalEnergyConsumption 3\nfail field_83 3\n";

}  // namespace joulemark::sensors
