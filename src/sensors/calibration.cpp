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
  CalibratedSensor(std::unique_ptr<Sensor> inner, const std::vector<Calibration>& own)
      : inner_(std::move(inner)) {
    const std::string name = inner_->name();
    if (const auto known = calibration_of(name, "", own))
      of_others_ = Factor{"", known->gain, known->relative_u};
    for (const Calibration& calibration : own)
      if (calibration.sensor == name && !calibration.scope.empty())
        of_scopes_.push_back({calibration.scope, calibration.gain, calibration.relative_u});
  }

  [[nodiscard]] std::string name() const override { return inner_->name(); }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override { return inner_->scopes(); }
  [[nodiscard]] double update_period_s() const override { return inner_->update_period_s(); }
  [[nodiscard]] double resolution_j() const override {
    double most = of_others_ ? of_others_->gain : 1;
    for (const Factor& factor : of_scopes_) most = std::max(most, factor.gain);
    return most * inner_->resolution_j();
  }
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
  void look_at_gauges(std::span<std::optional<double>> values) override {
    inner_->look_at_gauges(values);
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
    const Factor* factor = factor_of(end.scope);
    return watts && factor != nullptr ? std::optional(factor->gain * *watts) : watts;
  }
  [[nodiscard]] std::vector<Energy> energies(
      const std::vector<CounterReading>& begin,
      const std::vector<CounterReading>& end) const override {
    std::vector<Energy> energies = inner_->energies(begin, end);
    for (Energy& energy : energies) {
      const Factor* factor = factor_of(energy.scope);
      if (!energy.joules || factor == nullptr) continue;
      *energy.joules *= factor->gain;
      if (energy.uncertainty_j) *energy.uncertainty_j *= factor->gain;
      energy.calibration_j = factor->relative_u * *energy.joules;
    }
    return energies;
  }

 private:
  struct Factor {
    std::string scope;
    double gain = 1;
    double relative_u = 0;
  };
  /// nullptr where nobody knows that of the scope.
  [[nodiscard]] const Factor* factor_of(const std::string& scope) const {
    for (const Factor& factor : of_scopes_)
      if (factor.scope == scope) return &factor;
    return of_others_ ? &*of_others_ : nullptr;
  }

  std::unique_ptr<Sensor> inner_;
  std::vector<Factor> of_scopes_;
  std::optional<Factor> of_others_;
};

const Calibration* find_own(const std::vector<Calibration>& own, const std::string& sensor,
                            const std::string& scope) {
  for (const Calibration& calibration : own)
    if (calibration.sensor == sensor && calibration.scope == scope) return &calibration;
  return nullptr;
}

}  // namespace

std::optional<KnownCalibration> calibration_of(const std::string& sensor, const std::string& scope,
                                               const std::vector<Calibration>& own) {
  const Calibration* chosen = find_own(own, sensor, scope);
  if (chosen == nullptr) chosen = find_own(own, sensor, "");
  if (chosen != nullptr)
    return KnownCalibration{chosen->gain, chosen->relative_u, "given by the user", chosen->name()};
  for (const Row& row : kPublished)
    if (sensor == row.sensor) return KnownCalibration{1, row.relative_u, row.source, sensor};
  return std::nullopt;
}

std::vector<Calibration> idle_calibrations(const std::vector<Calibration>& own,
                                           const std::vector<std::unique_ptr<Sensor>>& sensors) {
  std::vector<Calibration> idle = own;
  for (const auto& sensor : sensors)
    for (const ScopeInfo& scope : sensor->scopes())
      if (const auto known = calibration_of(sensor->name(), scope.scope, own))
        std::erase_if(idle, [&](const Calibration& each) { return each.name() == known->name; });
  return idle;
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
  const std::string name = sensor->name();
  const bool is_known = calibration_of(name, "", own) ||
                        std::any_of(own.begin(), own.end(),
                                    [&](const Calibration& each) { return each.sensor == name; });
  if (!is_known) return sensor;
  return std::make_unique<CalibratedSensor>(std::move(sensor), own);
}

}  // namespace joulemark::sensors
