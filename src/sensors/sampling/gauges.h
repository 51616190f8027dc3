// SPDX-License-Identifier: Apache-2.0
// Gauges of the machine for the time line: processor frequency and temperature.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sensors/sysfs_file.h"

namespace joulemark::sensors {

inline constexpr const char* kCpuFrequency = "cpu frequency";      ///< MHz
inline constexpr const char* kCpuTemperature = "cpu temperature";  ///< °C

/// A gauge whose files are open: its value is their mean.
class Gauge {
 public:
  Gauge(std::string name, std::string unit, double scale, std::vector<SysfsFile> files);
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& unit() const { return unit_; }
  /// Empty when no file could be read.
  [[nodiscard]] std::optional<double> read() const;

 private:
  std::string name_;
  std::string unit_;
  double scale_;  ///< unit per step of the files' numbers
  std::vector<SysfsFile> files_;
};

/// The gauges of the table in gauges.cpp that this machine has.
std::vector<Gauge> open_gauges(const std::filesystem::path& root);

}  // namespace joulemark::sensors
