// SPDX-License-Identifier: Apache-2.0
// The table of published calibrations, and the sensor that applies one.
#include "sensors/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "base/text_table.h"

namespace joulemark::sensors {
namespace {

struct Row {
  const char* sensor;
  double relative_u;
  const char* source;
};

/// Where nobody published one, a prior that says so; where not even the kind of device is known
/// (hwmon chips, meters of any maker), no row.
constexpr Row kPublished[] = {
    {"perf", 0.05, "not calibrated: a prior"},
    {"powercap", 0.05, "not calibrated: a prior"},
    // Root mean square of the errors of ten boards; that of an A100 is -5.5 %.
    {"nvml", 0.05, "arXiv:2312.02741"},
};

/// Every reading is the inner sensor's; only what is said of a window is multiplied.
class CalibratedSensor final : public Sensor {
 public:
  CalibratedSensor(std::unique_ptr<Sensor> inner, const KnownCalibration& known)
      : inner_(std::move(inner)), gain_(known.gain), relative_u_(known.relative_u) {}

  [[nodiscard]] std::string name() const override { return inner_->name(); }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override { return inner_->scopes(); }
  [[nodiscard]] double update_period_s() const override { return inner_->update_period_s(); }
  [[nodiscard]] double resolution_j() const override { return gain_ * inner_->resolution_j(); }
  [[nodiscard]] double max_read_interval_s() const override {
    return inner_->max_read_interval_s();
  }
  [[nodiscard]] double sample_interval_s() const override { return inner_->sample_interval_s(); }
  [[nodiscard]] std::vector<GaugeLine> gauge_lines() const override {
    return inner_->gauge_lines();
  }
  void read_gauges(std::span<std::optional<double>> values) override {
    inner_->read_gauges(values);
  }
  void await_fresh() override { inner_->await_fresh(); }
  void read_into(std::vector<CounterReading>& readings) override { inner_->read_into(readings); }
  void sample_into(std::vector<CounterReading>& readings) override {
    inner_->sample_into(readings);
  }
  void await_step(const std::vector<CounterReading>& since) override { inner_->await_step(since); }

  [[nodiscard]] std::optional<double> watts_between(const CounterReading& begin,
                                                    const CounterReading& end) const override {
    const auto watts = inner_->watts_between(begin, end);
    return watts ? std::optional(gain_ * *watts) : std::nullopt;
  }
  [[nodiscard]] std::vector<Energy> energies(
      const std::vector<CounterReading>& begin,
      const std::vector<CounterReading>& end) const override {
    std::vector<Energy> energies = inner_->energies(begin, end);
    for (Energy& energy : energies) {
      if (!energy.joules) continue;
      *energy.joules *= gain_;
      if (energy.uncertainty_j) *energy.uncertainty_j *= gain_;
      energy.calibration_j = relative_u_ * *energy.joules;
    }
    return energies;
  }

 private:
  std::unique_ptr<Sensor> inner_;
  double gain_;
  double relative_u_;
};

}  // namespace

std::optional<KnownCalibration> calibration_of(const std::string& sensor,
                                               const std::vector<Calibration>& own) {
  for (const Calibration& calibration : own)
    if (calibration.sensor == sensor)
      return KnownCalibration{calibration.gain, calibration.relative_u, "given by the user"};
  for (const Row& row : kPublished)
    if (sensor == row.sensor) return KnownCalibration{1, row.relative_u, row.source};
  return std::nullopt;
}

Status check_calibrations(const std::vector<Calibration>& calibrations,
                          const std::vector<std::string>& names) {
  for (const Calibration& calibration : calibrations)
    if (std::find(names.begin(), names.end(), calibration.sensor) == names.end())
      return fail(ErrorKind::kUsage,
                  fmt::format("names no sensor: '{}'{}", printable(calibration.sensor),
                              nearest(calibration.sensor, names)
                                  ? did_you_mean(calibration.sensor, names)
                                  : std::string("; 'joulemark doctor' lists the sensors")));
  return {};
}

std::unique_ptr<Sensor> calibrated(std::unique_ptr<Sensor> sensor,
                                   const std::vector<Calibration>& own) {
  const auto known = calibration_of(sensor->name(), own);
  if (!known) return sensor;
  return std::make_unique<CalibratedSensor>(std::move(sensor), *known);
}

}  // namespace joulemark::sensors
