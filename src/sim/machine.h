// SPDX-License-Identifier: Apache-2.0
// A machine as data: what it consumes, and the files in which its kernel says so.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/waveform.h"

namespace joulemark::sim {

/// The power of something: `idle_w` and its share of the machine's load.
struct Power {
  double idle_w = 0;
  double share = 0;
};

/// A thing in the tree, a board behind a driver, or a meter. Which of the members a kind uses is in
/// kinds.cpp.
struct Part {
  std::string kind = {};      ///< "powercap", "perf", "hwmon_power", "file", …
  std::string at = {};        ///< its place as the kind has it; with the kind unique in a machine
  std::string shows = {};     ///< the scope whose power it shows
  std::string name = {};      ///< of a zone, or of a chip
  std::string label = {};     ///< of a channel
  std::string text = {};      ///< what a file holds; where a link leads to
  std::uint64_t mode = 0444;  ///< of the file with the value
  double unit = 0;            ///< step of the value: joules of a counter, watts of a gauge
  double driver_unit_j = 0;   ///< what the driver takes `unit` for; 0: the driver's rounding of it
  double period_s = 0;        ///< between two updates; 0: always up to date
  double phase_s = 0;         ///< of the period, what has passed at the start
  double average_s = 0;       ///< over which a gauge averages; 0: the power at its update
  double volts = 0;           ///< of a rail
  double capacity_wh = 0;     ///< of a battery
  std::uint64_t first_raw = 0;  ///< counter at the start, in units
  double visible_s = 0;         ///< of a board: what its present power is the mean of
  double usage_s = 0;           ///< and its power as drivers of every age tell it
  double latency_s = 0;         ///< that an answer takes, where time is real
  double lost_s = 0;            ///< when the driver loses the board; 0: never
  double reset_s = 0;           ///< when its counter is set to 0; 0: never
  std::string lacks = {};       ///< what the driver does not support of it, separated by blanks
  std::uint64_t instances = 0;  ///< 1: it is split into instances (MIG)
  std::uint64_t process = 0;    ///< somebody else's, that computes on it; 0: none
  std::string login = {};       ///< that a meter asks for, "USER:PASSWORD"; "": none
};

/// The processors that /proc/cpuinfo and /sys/devices/system/cpu show. Sockets divide them evenly,
/// dies a socket's.
struct Processors {
  std::uint64_t count = 1;
  std::uint64_t sockets = 1;
  std::uint64_t dies = 1;  ///< of a socket
  std::string model = "Simulated processor";
  std::string flags = "fpu sse2";
};

struct Machine {
  std::string name = {};
  std::string what = {};  ///< a sentence about it, for people
  Waveform load = {};
  Processors processors = {};
  std::map<std::string, Power> scopes = {};  ///< "package-0"
  std::vector<std::string> total = {};       ///< the scopes that add up to all that can be measured
  std::vector<Part> parts = {};
};

}  // namespace joulemark::sim
