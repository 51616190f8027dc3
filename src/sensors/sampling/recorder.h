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
#include "sensors/sampling/gauges.h"

namespace joulemark::sensors {

std::vector<Sensor*> pointers_to(const std::vector<std::unique_ptr<Sensor>>& sensors);

struct RecorderOptions {
  std::filesystem::path root = "/";  ///< the machine's own gauges are found below
  /// No power is told of less time than this, seconds: of so little it would be noise.
  double least_power_s = 0;
};

/// Collects time lines; see Sampler for their names. Used from one thread. Once each line has had a
/// sample, and up to an hour of them at 10 Hz, taking samples allocates nothing.
class Recorder {
 public:
  /// `sensors` are not owned.
  Recorder(const std::vector<Sensor*>& sensors, RecorderOptions options);

  /// Reads the counters only.
  void keep_alive();
  /// One sample of the sensors at `t`: their powers and their gauges.
  void sample_sensors(Nanoseconds t);
  /// One sample at `t` of the worker, which is `pid` or 0 for none, and of the machine's gauges.
  void sample_machine(Nanoseconds t, int pid);
  /// The time lines so far, those without a sample left out.
  std::vector<Series> take();

 private:
  struct PowerLine {
    CounterReading last;  ///< where its next power begins
    Series series;
  };
  struct Watched {
    Sensor* sensor;
    std::vector<CounterReading> readings;
    std::vector<PowerLine> powers;
    std::vector<Series> gauges;                      ///< its gauge_lines()
    std::vector<std::optional<double>> values = {};  ///< of them, now
  };
  void sample_power(Watched& watched) const;
  static void sample_gauges(Watched& watched, Nanoseconds t);
  void sample_worker(Nanoseconds t, int pid);
  void watch(int pid);
  [[nodiscard]] std::optional<double> worker_cpu_s() const;
  void append(const std::string& name, const char* unit, Sample sample);

  RecorderOptions options_;
  std::vector<Watched> watched_;
  std::vector<Gauge> gauges_;
  int pid_ = 0;
  std::optional<SysfsFile> statm_;  ///< of the worker
  std::optional<SysfsFile> stat_;   ///< of the worker, under a root of one's own only
  std::optional<double> last_cpu_s_;
  Nanoseconds last_cpu_t_ = 0;
  std::vector<Series> series_;
};

}  // namespace joulemark::sensors
