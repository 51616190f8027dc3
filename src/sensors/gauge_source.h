// SPDX-License-Identifier: Apache-2.0
// Where the power of a scope is read, when there is no counter of its energy.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "joulemark/sensor.h"
#include "sensors/sysfs_file.h"

namespace joulemark::sensors {

/// An open gauge.
class GaugeSource {
 public:
  virtual ~GaugeSource() = default;
  /// Watts now; empty when they cannot be read. Never throws, and allocates nothing unless its
  /// gauge has a sample_interval_s.
  virtual std::optional<double> watts() = 0;
};

/// A kernel file that holds one number of `unit_w` watts.
class FileGauge final : public GaugeSource {
 public:
  FileGauge(SysfsFile file, double unit_w) : file_(std::move(file)), unit_w_(unit_w) {}
  std::optional<double> watts() override;

 private:
  SysfsFile file_;
  double unit_w_;
};

/// Two kernel files whose product is power in units of `unit_w`: millivolts and milliamperes.
class ProductGauge final : public GaugeSource {
 public:
  ProductGauge(SysfsFile first, SysfsFile second, double unit_w)
      : first_(std::move(first)), second_(std::move(second)), unit_w_(unit_w) {}
  std::optional<double> watts() override;

 private:
  SysfsFile first_;
  SysfsFile second_;
  double unit_w_;
};

/// The gauge of a file, or of two; null where one cannot be opened or holds no number.
std::unique_ptr<GaugeSource> open_gauge(const std::filesystem::path& file, double unit_w);
std::unique_ptr<GaugeSource> open_product(const std::filesystem::path& first,
                                          const std::filesystem::path& second, double unit_w);

/// The power of one scope.
struct PowerGauge {
  ScopeInfo scope;
  double average_s = 0;  ///< a reading is the mean of this time before it; 0: an instant
  double update_s = 0;   ///< between two updates
  double max_watts = 1000;
  double sample_interval_s = 0;  ///< as Sensor::sample_interval_s
  std::unique_ptr<GaugeSource> source;
};

}  // namespace joulemark::sensors
