// SPDX-License-Identifier: Apache-2.0
// The one table of the kinds of parts: the files that each has and what is written in them, the
// driver that tells of it, or what it answers on the network.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/machine.h"

namespace joulemark::sim {

/// A file of the tree.
struct TreeFile {
  std::string path;  ///< relative to the root
  std::string text;
  std::uint64_t mode = 0444;
};

/// What a part knows at its last update.
struct Shown {
  double update_s = 0;
  double joules = 0;  ///< since the start, or since the counter was set back
  double watts = 0;   ///< averaged as the part does
  std::uint64_t first_raw = 0;
};

/// The library of a driver that tells of boards.
struct DriverLibrary {
  const char* built;    ///< in the folder of the simulated drivers: "nvml"
  const char* name;     ///< by which sensors look for it: "libnvidia-ml.so.1"
  const char* version;  ///< that it tells
  const char* device;   ///< the file by which the kernel says that there are boards
  double unit_j;        ///< of the counter
  int not_supported;    ///< what calls return that a board lacks
};

/// A meter that is asked over HTTP.
struct HttpMeter {
  const char* question;  ///< what stands behind "GET "
  std::string (*answer)(double watts);
};

struct Kind {
  const char* name;
  std::vector<std::string> required;  ///< keys of the file
  std::vector<std::string> optional;
  /// Why `part` cannot be; "" where it can.
  std::string (*objection)(const Part& part);
  /// Files that never change.
  std::vector<TreeFile> (*still)(const Part& part);
  /// Files with values: the same ones in the same order for every `shown`.
  std::vector<TreeFile> (*live)(const Part& part, const Shown& shown);
  const DriverLibrary* driver = nullptr;  ///< of a board
  enum class Network { kNone, kMeter } network = Network::kNone;
  const HttpMeter* http = nullptr;  ///< of a meter; null: PTDaemon
};

/// The table. A "link" has no files: the world makes it. A meter is called as in its address.
const std::vector<Kind>& kinds();
/// The row of `name`; null when there is none.
const Kind* find_kind(std::string_view name);

/// A relative path that stays inside of the tree: no "..", no empty part.
bool is_inside(std::string_view path);

/// Why the part has no plain name as its `at`; "" where it has.
std::string name_objection(const Part& part);

/// "energy-pkg" and 0 of "energy-pkg-cpu0"; an empty name for anything else.
struct PerfPlace {
  std::string event;
  int cpu = 0;
};
PerfPlace perf_place(std::string_view at);

}  // namespace joulemark::sim
