// SPDX-License-Identifier: Apache-2.0
// What one tick of the sampler does: reads everything once and appends to the time lines.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "joulemark/sensor.h"
#include "sensors/gauges.h"
#include "sensors/ledger.h"

namespace joulemark::sensors {

std::vector<Sensor*> pointers_to(const std::vector<std::unique_ptr<Sensor>>& sensors);

/// Collects time lines; see Sampler for their names. Used from one thread.
class Recorder {
 public:
  /// `sensors` are not owned. The machine's own gauges are found below `root`.
  Recorder(std::vector<Sensor*> sensors, std::filesystem::path root);

  /// Reads the counters only.
  void keep_alive();
  /// One sample of the sensors at `t`: their powers and their gauges.
  void sample_sensors(Nanoseconds t);
  /// One sample at `t` of the worker, which is `pid` or 0 for none, and of the machine's gauges.
  void sample_machine(Nanoseconds t, int pid);
  /// The time lines so far, those without a sample left out.
  std::vector<Series> take();

 private:
  void sample_power();
  [[nodiscard]] Readings sample() const;
  void keep(const std::string& scope, std::size_t sensor, Readings& readings) const;
  void sample_worker(Nanoseconds t, int pid);
  void watch(int pid);
  [[nodiscard]] std::optional<double> worker_cpu_s() const;
  void append(const std::string& name, const char* unit, Sample sample);

  std::vector<Sensor*> sensors_;
  std::filesystem::path root_;
  std::vector<Gauge> gauges_;
  Readings last_readings_;
  int pid_ = 0;
  std::optional<SysfsFile> statm_;  ///< of the worker
  std::optional<SysfsFile> stat_;   ///< of the worker, under a root of one's own only
  std::optional<double> last_cpu_s_;
  Nanoseconds last_cpu_t_ = 0;
  std::vector<Series> series_;
};

}  // namespace joulemark::sensors
