// SPDX-License-Identifier: Apache-2.0
// What a simulated driver is to say: read from a text of lines "KEY VALUE…", '#' begins a remark.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/waveform.h"

namespace simulated {

/// One board, whose power is its levels + idle_w + share × load. Keys are the names of the members,
/// but for the first four.
struct Gpu {
  std::string name;  ///< gpu NAME: begins a board; the following lines are of it
  /// load WAVEFORM: of the whole machine, before its boards.
  joulemark::sim::Waveform load = {};
  struct Level {
    double t_s = 0;
    double watts = 0;
  };
  /// power T_S WATTS: from then on; before the first line, and where there is none, 0.
  std::vector<Level> power = {};
  /// fail FUNCTION CODE: FUNCTION ("nvmlDeviceGetPowerUsage", "field_83") returns CODE.
  std::map<std::string, int, std::less<>> fail = {};
  double repeat_s = 0;  ///< the levels start again after so long; 0: never
  double idle_w = 0;
  double share = 0;
  double publish_ms = 100;
  double phase_ms = 0;       ///< of the time between publications, what has passed at the begin
  double average_ms = 1000;  ///< window of field 185
  double visible_ms = 100;   ///< window of field 186
  double usage_ms = 100;     ///< window of nvmlDeviceGetPowerUsage
  double latency_ms = 0;     ///< of each call, where time is real
  std::optional<double> lost_s = {};
  std::optional<double> reset_s = {};   ///< the counter is 0 at that time
  double first_mj = 0;                  ///< the counter at time 0
  double gain = 1;                      ///< of the counter: 1 is the truth, below 0 it falls
  std::optional<double> frozen_s = {};  ///< the counter stands still from then on
  std::optional<double> glitch_s = {};  ///< from then on it shows 0 for
  double glitch_ms = 100;               ///< so long
  double garbage = 0;                   ///< not 0: the counter is anything
  double endless_name = 0;              ///< not 0: the name fills its buffer, without a zero
  double mig = 0;                       ///< 1: enabled
  /// process PID [FROM_S [UNTIL_S]]: it computes on the board.
  struct Process {
    unsigned pid = 0;
    double from_s = 0;
    double until_s = 1e9;
  };
  std::vector<Process> processes = {};
  double resolution_uj = 15.3;  ///< AMD: of the counter as the library tells it; 0: not a number
  double partition = 0;         ///< AMD: 1: on the socket of the board before
  double integrated = 0;        ///< Level Zero: 1: built into the processor
  double limit_w = 300;         ///< default power limit of the card
  double persistence = 1;       ///< NVIDIA, as the following ones: 0: off
  double power_limit_w = 300;   ///< that is set
  double ecc = 1;               ///< 0: off
  double application_mhz = 1500;
  double throttle = 4;  ///< reasons, as the driver has them: 4 is the power limit
};

struct Scenario {
  std::string driver = "550.54.15";
  int init_error = 0;
  std::optional<unsigned> count;  ///< what the driver says, where it is not the truth
  joulemark::sim::Waveform load = {};
  std::vector<Gpu> gpus;
};

/// Reads the file; no board where there is none. Throws std::invalid_argument on an unknown line.
Scenario read_scenario(const std::filesystem::path& path);

}  // namespace simulated
