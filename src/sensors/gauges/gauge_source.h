// SPDX-License-Identifier: Apache-2.0
// Where the power of a scope is read, when there is no counter of its energy.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "joulemark/sensor.h"
#include "sensors/gauges/gauge_window.h"
#include "sensors/gauges/reading_step.h"
#include "sensors/sysfs_file.h"

namespace joulemark::sensors {

/// An open gauge.
class GaugeSource {
 public:
  virtual ~GaugeSource() = default;
  /// Watts now; empty when they cannot be read. Never throws, and allocates nothing unless its
  /// gauge has a sample_interval_s.
  virtual std::optional<double> watts() = 0;
  /// Why watts() was empty the last time that it was, for people; "" where nothing tells.
  [[nodiscard]] virtual std::string failure() const { return {}; }
  /// By how many watts values differ that are neighbours of the last one.
  [[nodiscard]] virtual double step_w() const = 0;
};

/// A kernel file that holds one number.
struct NumberFile {
  SysfsFile file;
  double least_step = 1;  ///< that its converter is known to have
  ReadingStep step = {};
  double value = 0;  ///< the last one

  /// Reads it anew; false where that fails.
  bool read();
  [[nodiscard]] double step_now() const {
    return least_step > 1 ? std::max(least_step, step.proven_step()) : step.step();
  }
};

/// A kernel file that holds one number of `unit_w` watts.
class FileGauge final : public GaugeSource {
 public:
  FileGauge(SysfsFile file, double unit_w) : number_{std::move(file)}, unit_w_(unit_w) {}
  std::optional<double> watts() override;
  [[nodiscard]] double step_w() const override { return number_.step_now() * unit_w_; }

 private:
  NumberFile number_;
  double unit_w_;
};

/// Two kernel files whose product is power in units of `unit_w`: millivolts and milliamperes.
class ProductGauge final : public GaugeSource {
 public:
  ProductGauge(NumberFile first, NumberFile second, double unit_w)
      : first_(std::move(first)), second_(std::move(second)), unit_w_(unit_w) {}
  std::optional<double> watts() override;
  [[nodiscard]] double step_w() const override;

 private:
  NumberFile first_;
  NumberFile second_;
  double unit_w_;
};

/// A file that is a factor of a product, and the least step that its numbers are known to have.
struct FactorFile {
  std::filesystem::path path;
  double least_step = 1;
};

/// The gauge of a file, or of two; null where one cannot be opened or holds no number.
std::unique_ptr<GaugeSource> open_gauge(const std::filesystem::path& file, double unit_w);
std::unique_ptr<GaugeSource> open_product(const FactorFile& first, const FactorFile& second,
                                          double unit_w);

/// The power of one scope.
struct PowerGauge {
  ScopeInfo scope;
  GaugeTiming timing = {};
  double max_watts = 1000;
  double interval_s = 0;         ///< between two reads; 0: as its timing asks for
  double sample_interval_s = 0;  ///< as Sensor::sample_interval_s
  std::unique_ptr<GaugeSource> source;
};

}  // namespace joulemark::sensors
