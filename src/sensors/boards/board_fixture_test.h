// SPDX-License-Identifier: Apache-2.0
// A simulated machine with a simulated driver library of AMD or Intel, for tests.
#pragma once

#include <fstream>
#include <string>

#include "sensors/boards/driver_fixture_test.h"

namespace joulemark::sensors {

inline constexpr DriverLibrary kAmdSmi{SIMULATED_AMDSMI, "libamd_smi.so", "amdsmi"};
inline constexpr DriverLibrary kOldAmdSmi{SIMULATED_AMDSMI_OLD, "libamd_smi.so", "amdsmi"};
inline constexpr DriverLibrary kRocmSmi{SIMULATED_ROCMSMI, "librocm_smi64.so", "rocmsmi"};
inline constexpr DriverLibrary kOldRocmSmi{SIMULATED_ROCMSMI_OLD, "librocm_smi64.so", "rocmsmi"};
inline constexpr DriverLibrary kLevelZero{SIMULATED_LEVEL_ZERO, "libze_loader.so.1", "level_zero"};
inline constexpr DriverLibrary kOldLevelZero{SIMULATED_LEVEL_ZERO_OLD, "libze_loader.so.1",
                                             "level_zero"};

/// The kernel knows an AMD board, and an Intel card at 0000:03:00.0.
class BoardMachine : public DriverMachine {
 public:
  BoardMachine(const DriverLibrary& library, const std::string& scenario)
      : DriverMachine(library, scenario), sensor_(library.sensor) {
    std::filesystem::create_directories(root() / "dev");
    std::ofstream(root() / "dev/kfd") << "";
    put("sys/devices/0000:03:00.0/vendor", "0x8086");
    link("sys/class/drm/card0/device", root() / "sys/devices/0000:03:00.0");
  }

  void put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root() / path).parent_path());
    std::ofstream(root() / path) << text << '\n';
  }
  void link(const std::string& path, const std::filesystem::path& target) {
    std::filesystem::create_directories((root() / path).parent_path());
    std::filesystem::create_directory_symlink(target, root() / path);
  }
  /// The row of a scope, or with "" of the library as a whole.
  [[nodiscard]] SensorStatus row(const std::string& scope) {
    for (const SensorStatus& status : found().statuses)
      if (status.sensor == sensor_ && status.scope == scope) return status;
    return {};
  }

 private:
  std::string sensor_;
};

}  // namespace joulemark::sensors
