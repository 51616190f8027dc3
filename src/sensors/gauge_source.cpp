// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauge_source.h"

#include "host/kernel_file.h"

namespace joulemark::sensors {
namespace {

std::optional<double> number_in(const SysfsFile& file) {
  char buffer[64];
  const auto text = file.read(buffer, sizeof buffer);
  const auto value = text ? host::parse_number<long long>(*text) : std::nullopt;
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

}  // namespace

std::optional<double> FileGauge::watts() {
  const auto value = number_in(file_);
  return value ? std::optional(*value * unit_w_) : std::nullopt;
}

std::optional<double> ProductGauge::watts() {
  const auto a = number_in(first_);
  const auto b = number_in(second_);
  return a && b ? std::optional(*a * *b * unit_w_) : std::nullopt;
}

std::unique_ptr<GaugeSource> open_gauge(const std::filesystem::path& file, double unit_w) {
  auto opened = SysfsFile::open(file);
  if (!opened) return nullptr;
  auto gauge = std::make_unique<FileGauge>(*std::move(opened), unit_w);
  return gauge->watts() ? std::move(gauge) : nullptr;
}

std::unique_ptr<GaugeSource> open_product(const std::filesystem::path& first,
                                          const std::filesystem::path& second, double unit_w) {
  auto a = SysfsFile::open(first);
  auto b = SysfsFile::open(second);
  if (!a || !b) return nullptr;
  auto gauge = std::make_unique<ProductGauge>(*std::move(a), *std::move(b), unit_w);
  return gauge->watts() ? std::move(gauge) : nullptr;
}

}  // namespace joulemark::sensors
