// SPDX-License-Identifier: Apache-2.0
// One table of gauges; each row finds its files once.
#include "sensors/sampling/gauges.h"

#include <algorithm>
#include <utility>

#include "host/kernel_file.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

/// Reading a frequency may interrupt that processor, so a few stand for all.
constexpr std::size_t kMaxFiles = 4;

std::vector<fs::path> frequency_files(const fs::path& root) {
  auto policies = host::entries_of(root / "sys/devices/system/cpu/cpufreq", "policy");
  for (fs::path& policy : policies) policy /= "scaling_cur_freq";
  return policies;
}

/// The processor's own sensor: one of the drivers' hwmon chips, else the package's thermal zone.
std::vector<fs::path> temperature_files(const fs::path& root) {
  std::vector<fs::path> files;
  for (const fs::path& chip : host::entries_of(root / "sys/class/hwmon", "hwmon")) {
    const std::string name = host::read_small(chip / "name").value_or("");
    if (name == "coretemp" || name == "k10temp" || name == "zenpower" || name == "cpu_thermal")
      files.push_back(chip / "temp1_input");
  }
  if (!files.empty()) return files;
  for (const fs::path& zone : host::entries_of(root / "sys/class/thermal", "thermal_zone"))
    if (host::read_small(zone / "type").value_or("") == "x86_pkg_temp")
      files.push_back(zone / "temp");
  return files;
}

struct GaugeRow {
  const char* name;
  const char* unit;
  double scale;
  std::vector<fs::path> (*find)(const fs::path& root);
};

constexpr GaugeRow kGauges[] = {
    {kCpuFrequency, "MHz", 1e-3, frequency_files},
    {kCpuTemperature, "°C", 1e-3, temperature_files},
};

}  // namespace

Gauge::Gauge(std::string name, std::string unit, double scale, std::vector<SysfsFile> files)
    : name_(std::move(name)), unit_(std::move(unit)), scale_(scale), files_(std::move(files)) {}

std::optional<double> Gauge::read() const {
  double sum = 0;
  int count = 0;
  for (const SysfsFile& file : files_) {
    char buffer[64];
    const auto text = file.read(buffer, sizeof buffer);
    const auto value = text ? host::parse_number<long long>(*text) : std::nullopt;
    if (!value) continue;
    sum += static_cast<double>(*value) * scale_;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

std::vector<Gauge> open_gauges(const fs::path& root) {
  std::vector<Gauge> gauges;
  for (const GaugeRow& row : kGauges) {
    std::vector<SysfsFile> files;
    for (const fs::path& path : row.find(root)) {
      if (files.size() == kMaxFiles) break;
      if (auto file = SysfsFile::open(path)) files.push_back(std::move(*file));
    }
    if (!files.empty()) gauges.emplace_back(row.name, row.unit, row.scale, std::move(files));
  }
  return gauges;
}

}  // namespace joulemark::sensors
