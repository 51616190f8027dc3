// SPDX-License-Identifier: Apache-2.0
// The one table of sensors: what each is called, what it covers, and how it is found on a machine.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/calibration.h"
#include "base/clock.h"
#include "base/meter_address.h"
#include "joulemark/sensor.h"
#include "net/http.h"
#include "sensors/meters/ipmi_device.h"
#include "sensors/rapl/perf_counter.h"

namespace joulemark::sensors {

/// Everything that a sensor touches outside the process.
struct SensorEnvironment {
  /// Where /sys and /proc are looked for: "/" on a real machine, a folder in tests.
  std::filesystem::path root = "/";
  /// Time of the readings; not owned; nullptr: CLOCK_MONOTONIC.
  Clock* clock = nullptr;
  /// Opens a counter of the kernel's perf events. Not set: the real one where `root` is "/", else
  /// that of a simulated machine.
  OpenPerfCounter open_perf = {};
  /// The library of the NVIDIA driver. Empty: "libnvidia-ml.so.1" as the linker finds it where
  /// `root` is "/", else `root`/sim/lib/libnvidia-ml.so.1 of a simulated machine.
  std::filesystem::path nvml_library = {};
  /// Likewise the libraries of AMD's driver: AMD SMI (libamd_smi.so) and, where it is missing, ROCm
  /// SMI (librocm_smi64.so); and the loader of Intel's (libze_loader.so.1).
  std::filesystem::path amd_library = {};
  std::filesystem::path rocm_library = {};
  std::filesystem::path level_zero_library = {};
  /// Opens the board's management controller. Not set: the real one where `root` is "/", else that
  /// of a simulated machine.
  OpenIpmi open_ipmi = {};
  /// The network meters at the plug that the user named, besides those that `root`/sim/meters of a
  /// simulated machine names, one a line. Their credentials are in the environment variables
  /// JOULEMARK_METER_USER and JOULEMARK_METER_PASSWORD.
  std::vector<MeterAddress> meters = {};
  /// Longest time that one of them may take to answer, seconds.
  double meter_timeout_s = 2;
  /// What the user knows of sensors from better meters.
  std::vector<Calibration> calibrations = {};
  /// Makes the HTTP client of a meter. Not set: libcurl's.
  std::function<std::unique_ptr<net::HttpClient>()> make_http = {};
};

/// The sensors that can be read here, and for every source why it can or cannot be.
struct Discovered {
  /// Each may be read from several threads (the orchestrator's and the sampler's) at once.
  std::vector<std::unique_ptr<Sensor>> sensors;
  /// At least one row for each sensor of the table.
  std::vector<SensorStatus> statuses;
};

/// One row of the table.
struct SensorRow {
  const char* name;    ///< "powercap"
  const char* what;    ///< what it covers, for people
  const char* source;  ///< where its joules come from, for people: "hardware counters (RAPL)"
  /// `claimed` are the scopes that sensors of earlier rows read: they are not read again.
  Discovered (*find)(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed);
};

/// The table, the better source of a scope before the other. A new sensor is a pair of files and a
/// row here.
const std::vector<SensorRow>& sensor_table();

/// The names of its rows.
std::vector<std::string> sensor_names();

/// Looks for every sensor of the table. Never fails: what is missing is a status.
Discovered discover(const SensorEnvironment& environment);

}  // namespace joulemark::sensors
