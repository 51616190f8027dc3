// SPDX-License-Identifier: Apache-2.0
// Files of the worker stay open while it is the same worker; a read of a dead one fails cleanly.
#include "sensors/recorder.h"

#include <unistd.h>

#include <algorithm>

#include "host/kernel_file.h"
#include "sensors/process.h"
#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

Nanoseconds middle(Nanoseconds a, Nanoseconds b) {
  return a + (b - a) / 2;
}

/// When the counter of `scope` was read; 0 when it was not.
Nanoseconds time_of(const std::vector<CounterReading>& readings, const std::string& scope) {
  const CounterReading* reading = find_scope(readings, scope);
  return reading != nullptr ? reading->t_after_ns : 0;
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

Recorder::Recorder(std::vector<Sensor*> sensors, std::filesystem::path root)
    : sensors_(std::move(sensors)), root_(std::move(root)), gauges_(open_gauges(root_)) {}

/// Of a sensor that gave none the last ones.
Readings Recorder::sample() const {
  Readings readings;
  for (std::size_t i = 0; i < sensors_.size(); ++i) {
    readings.push_back(sensors_[i]->sample());
    if (readings[i].empty() && i < last_readings_.size()) readings[i] = last_readings_[i];
  }
  return readings;
}

/// A slow counter may not have stepped between two ticks: the next power is that since its last.
void Recorder::keep(const std::string& scope, std::size_t sensor, Readings& readings) const {
  const auto named = [&](const CounterReading& reading) { return reading.scope == scope; };
  const auto& old = last_readings_[sensor];
  const auto from = std::find_if(old.begin(), old.end(), named);
  const auto to = std::find_if(readings[sensor].begin(), readings[sensor].end(), named);
  if (from != old.end() && to != readings[sensor].end()) *to = *from;
}

void Recorder::append(const std::string& name, const char* unit, Sample sample) {
  for (Series& series : series_)
    if (series.name == name) {
      series.samples.push_back(sample);
      return;
    }
  series_.push_back({name, unit, {sample}});
}

void Recorder::keep_alive() {
  last_readings_ = sample();
}

void Recorder::sample_power() {
  Readings readings = sample();
  for (std::size_t i = 0; i < sensors_.size() && i < last_readings_.size(); ++i) {
    for (const Energy& energy : sensors_[i]->energies(last_readings_[i], readings[i])) {
      if (energy.reason == "below_resolution") keep(energy.scope, i, readings);
      const Nanoseconds from = time_of(last_readings_[i], energy.scope);
      const Nanoseconds to = time_of(readings[i], energy.scope);
      if (!energy.joules || to <= from) continue;
      append(energy.scope + " power", "W",
             {middle(from, to), *energy.joules / to_seconds(to - from)});
    }
  }
  last_readings_ = std::move(readings);
}

void Recorder::watch(int pid) {
  pid_ = pid;
  statm_.reset();
  stat_.reset();
  last_cpu_s_.reset();
  if (pid == 0) return;
  const auto root = process_root(root_, pid);
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
  sample_power();
  for (Sensor* sensor : sensors_)
    for (const GaugeReading& gauge : sensor->gauges())
      append(gauge.name, gauge.unit.c_str(), {t, gauge.value});
}

void Recorder::sample_machine(Nanoseconds t, int pid) {
  sample_worker(t, pid);
  for (const Gauge& gauge : gauges_)
    if (const auto value = gauge.read()) append(gauge.name(), gauge.unit().c_str(), {t, *value});
}

std::vector<Series> Recorder::take() {
  return std::exchange(series_, {});
}

}  // namespace joulemark::sensors
