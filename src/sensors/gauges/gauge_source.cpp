// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauges/gauge_source.h"

#include <cmath>

#include "host/kernel_file.h"

namespace joulemark::sensors {

bool NumberFile::read() {
  char buffer[64];
  const auto text = file.read(buffer, sizeof buffer);
  const auto number = text ? host::parse_number<long long>(*text) : std::nullopt;
  if (!number) return false;
  step.see(*number);
  value = static_cast<double>(*number);
  return true;
}

std::optional<double> FileGauge::watts() {
  return number_.read() ? std::optional(number_.value * unit_w_) : std::nullopt;
}

std::optional<double> ProductGauge::watts() {
  const bool both = first_.read() && second_.read();
  return both ? std::optional(first_.value * second_.value * unit_w_) : std::nullopt;
}

double ProductGauge::step_w() const {
  return std::hypot(first_.value * second_.step_now(), second_.value * first_.step_now()) * unit_w_;
}

std::unique_ptr<GaugeSource> open_gauge(const std::filesystem::path& file, double unit_w) {
  auto opened = SysfsFile::open(file);
  if (!opened) return nullptr;
  auto gauge = std::make_unique<FileGauge>(*std::move(opened), unit_w);
  return gauge->watts() ? std::move(gauge) : nullptr;
}

std::unique_ptr<GaugeSource> open_product(const FactorFile& first, const FactorFile& second,
                                          double unit_w) {
  auto a = SysfsFile::open(first.path);
  auto b = SysfsFile::open(second.path);
  if (!a || !b) return nullptr;
  auto gauge = std::make_unique<ProductGauge>(NumberFile{*std::move(a), first.least_step},
                                              NumberFile{*std::move(b), second.least_step}, unit_w);
  return gauge->watts() ? std::move(gauge) : nullptr;
}

}  // namespace joulemark::sensors
