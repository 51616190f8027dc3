// SPDX-License-Identifier: Apache-2.0
// The one table of published models of a machine's power: their sources, and how each computes.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace joulemark::sensors {

/// Whether the processors are the machine's own, or shares of some that others use too.
enum class Machine { kPhysical, kVirtual };

/// What models need to know of a machine.
struct ProcessorFacts {
  std::string name;  ///< as in /proc/cpuinfo: "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz"
  int family = 0;    ///< of the instruction CPUID, as are model and stepping; 0: unknown
  int model = 0;
  int stepping = 0;
  int logical = 0;       ///< processors as the operating system counts them
  int sockets = 0;       ///< 0: unknown
  double memory_gb = 0;  ///< 10^9 bytes; 0: unknown
  Machine machine = Machine::kPhysical;
};

/// Watts of processors and memory. Both ends are equal where a model gives one number.
struct PowerRange {
  double low_w = 0;
  double high_w = 0;
};

struct PowerModel {
  const char* name;    ///< stable, in JSON: "ccf"
  const char* title;   ///< for people
  const char* source;  ///< where its constants are published, and of when they are
  /// At `utilisation`, from 0 to 1, of all logical processors; empty: it does not know these.
  std::optional<PowerRange> (*power)(const ProcessorFacts& facts, double utilisation);
};

std::span<const PowerModel> power_models();

}  // namespace joulemark::sensors
