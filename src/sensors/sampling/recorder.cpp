// SPDX-License-Identifier: Apache-2.0
// Files of the worker stay open while it is the same worker; a read of a dead one fails cleanly.
#include "sensors/sampling/recorder.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "host/kernel_file.h"
#include "sensors/sampling/process.h"

namespace joulemark::sensors {
namespace {

Nanoseconds middle(Nanoseconds a, Nanoseconds b) {
  return a + (b - a) / 2;
}

/// An hour at 10 Hz; memory that is not used yet costs nothing.
constexpr std::size_t kReservedSamples = 36000;

Series new_series(std::string name, std::string unit) {
  Series series{std::move(name), std::move(unit), {}};
  series.samples.reserve(kReservedSamples);
  return series;
}

std::optional<SysfsFile> open_file(const std::filesystem::path& path) {
  auto file = SysfsFile::open(path);
  if (!file) return std::nullopt;
  return std::move(*file);
}

/// Resident bytes of /proc/PID/statm: its second number, in pages.
std::optional<double> resident_bytes(std::string_view statm) {
  const auto begin = statm.find(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  const auto end = statm.find(' ', begin + 1);
  const auto pages = host::parse_number<long long>(statm.substr(begin + 1, end - begin - 1));
  if (!pages || *pages <= 0) return std::nullopt;
  return static_cast<double>(*pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<Sensor*> pointers_to(const std::vector<std::unique_ptr<Sensor>>& sensors) {
  std::vector<Sensor*> pointers;
  for (const auto& sensor : sensors) pointers.push_back(sensor.get());
  return pointers;
}

Recorder::Recorder(const std::vector<Sensor*>& sensors, RecorderOptions options)
    : options_(std::move(options)), gauges_(open_gauges(options_.root)) {
  for (Sensor* sensor : sensors) {
    Watched watched{.sensor = sensor, .readings = {}, .powers = {}, .gauges = {}};
    for (GaugeLine& line : sensor->gauge_lines())
      watched.gauges.push_back(new_series(std::move(line.name), std::move(line.unit)));
    watched.values.resize(watched.gauges.size());
    watched_.push_back(std::move(watched));
  }
}

void Recorder::append(const std::string& name, const char* unit, Sample sample) {
  for (Series& series : series_)
    if (series.name == name) {
      series.samples.push_back(sample);
      return;
    }
  series_.push_back(new_series(name, unit));
  series_.back().samples.push_back(sample);
}

void Recorder::keep_alive() {
  for (Watched& watched : watched_) watched.sensor->sample_into(watched.readings);
}

/// A slow counter may not have stepped between two ticks: the next power is that since its last.
void Recorder::sample_power(Watched& watched) const {
  watched.sensor->sample_into(watched.readings);
  for (const CounterReading& reading : watched.readings) {
    const auto line =
        std::find_if(watched.powers.begin(), watched.powers.end(),
                     [&](const PowerLine& known) { return known.last.scope == reading.scope; });
    if (line == watched.powers.end()) {
      watched.powers.push_back({reading, new_series(reading.scope + " power", "W")});
      continue;
    }
    if (to_seconds(reading.t_after_ns - line->last.t_after_ns) < options_.least_power_s) continue;
    const auto watts = watched.sensor->watts_between(line->last, reading);
    if (watts)
      line->series.samples.push_back({middle(line->last.t_after_ns, reading.t_after_ns), *watts});
    if (watts || reading.joules != line->last.joules) line->last = reading;
  }
}

void Recorder::sample_gauges(Watched& watched, Nanoseconds t) {
  std::fill(watched.values.begin(), watched.values.end(), std::nullopt);
  watched.sensor->read_gauges(watched.values);
  for (std::size_t i = 0; i < watched.values.size(); ++i)
    if (const auto& value = watched.values[i]) watched.gauges[i].samples.push_back({t, *value});
}

void Recorder::watch(int pid) {
  pid_ = pid;
  statm_.reset();
  stat_.reset();
  last_cpu_s_.reset();
  if (pid == 0) return;
  const auto root = process_root(options_.root, pid);
  const auto folder = root / "proc" / std::to_string(pid);
  statm_ = open_file(folder / "statm");
  if (root != "/") stat_ = open_file(folder / "stat");
}

std::optional<double> Recorder::worker_cpu_s() const {
  if (!stat_) return process_cpu_s(pid_);
  char buffer[1024];
  const auto text = stat_->read(buffer, sizeof buffer);
  return text ? cpu_s_of_stat(*text) : std::nullopt;
}

void Recorder::sample_worker(Nanoseconds t, int pid) {
  if (pid != pid_) watch(pid);
  if (pid_ == 0) return;
  char buffer[256];
  if (statm_) {
    const auto text = statm_->read(buffer, sizeof buffer);
    if (const auto bytes = text ? resident_bytes(*text) : std::nullopt)
      append("worker rss", "bytes", {t, *bytes});
  }
  const auto cpu_s = worker_cpu_s();
  if (cpu_s && last_cpu_s_ && t > last_cpu_t_)
    append("worker cpu", "%",
           {middle(last_cpu_t_, t), (*cpu_s - *last_cpu_s_) / to_seconds(t - last_cpu_t_) * 100});
  last_cpu_s_ = cpu_s;
  last_cpu_t_ = t;
}

void Recorder::sample_sensors(Nanoseconds t) {
  for (Watched& watched : watched_) {
    sample_power(watched);
    sample_gauges(watched, t);
  }
}

void Recorder::sample_machine(Nanoseconds t, int pid) {
  sample_worker(t, pid);
  for (const Gauge& gauge : gauges_)
    if (const auto value = gauge.read()) append(gauge.name(), gauge.unit().c_str(), {t, *value});
}

std::vector<Series> Recorder::take() {
  std::vector<Series> all;
  for (Watched& watched : watched_) {
    for (PowerLine& line : watched.powers)
      if (!line.series.samples.empty()) all.push_back(std::exchange(line.series, {}));
    for (Series& line : watched.gauges)
      if (!line.samples.empty())
        all.push_back({line.name, line.unit, std::exchange(line.samples, {})});
  }
  for (Series& series : series_) all.push_back(std::move(series));
  series_.clear();
  for (Watched& watched : watched_) watched.powers.clear();
  for (Series& series : all) series.samples.shrink_to_fit();
  return all;
}

}  // namespace joulemark::sensors
