// SPDX-License-Identifier: Apache-2.0
// The one table of what is read at the edges of a window, and where.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "joulemark/window_fact.h"

namespace joulemark::sensors {

/// Where the files of a process and of its machine are.
struct WindowPlace {
  std::filesystem::path root;     ///< of the machine's /proc and /sys
  std::filesystem::path process;  ///< "/proc/PID"
  std::filesystem::path group;    ///< its control group (v2); empty: none
};

/// The place of `pid`. Its group is that in which it is now.
WindowPlace place_of(const std::filesystem::path& root, int pid);

/// The error is the reason of an Observation.
using EdgeValue = tl::expected<double, std::string>;

/// Of which edge a fact is: what was counted between both, or what one of them showed.
enum class Edge { kBetween, kBegin, kEnd };

struct WindowSource {
  WindowFact fact;
  Edge edge;
  EdgeValue (*read)(const WindowPlace& place);
};
std::span<const WindowSource> window_sources();

/// Times that processors below `root` were slowed down for heat; those that share a package each
/// count its events.
EdgeValue thermal_throttles(const std::filesystem::path& root);

/// The word for an errno: "absent", "eacces" or "unreadable".
std::string reason_of(int error);

}  // namespace joulemark::sensors
