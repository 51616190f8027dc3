// SPDX-License-Identifier: Apache-2.0
// What a window says besides energy, time and the worker's own counters: the worker's input and
// output, its control group, the machine around it, and what watching it cost.
#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>

namespace joulemark {

enum class WindowFact {
  kReadBytes,          ///< of the worker, from storage
  kWrittenBytes,       ///< of the worker, to storage
  kGroupCpu,           ///< seconds, of all processes of the worker's control group (v2)
  kGroupThrottles,     ///< periods in which its CPU limit held it back
  kGroupThrottled,     ///< seconds that it was held back
  kGroupPeak,          ///< largest memory of the group inside the window
  kGroupReadBytes,     ///< of the group, from block devices
  kGroupWrittenBytes,  ///< of the group, to block devices
  kPressureCpu,        ///< seconds in which some process of the machine waited for a processor,
  kPressureMemory,     ///< for memory,
  kPressureIo,         ///< and for input or output
  kTemperatureBegin,   ///< °C of the processor
  kTemperatureEnd,
  kTemperatureMax,
  kFrequency,         ///< mean over the window
  kThermalThrottles,  ///< times that a core or package was slowed down for heat, over all
                      ///< processors
  kSamplerCpu,        ///< of the sampler's threads, from its start to its stop: % of one core
  kSamplerMissed,     ///< its ticks that were skipped because a thread was late
  kSuspended,   ///< seconds that the machine slept, from the trial's begin to the window's end
  kClockStep,   ///< seconds by which the wall clock was set inside the window, back below 0
  kSteal,       ///< seconds that the hypervisor took from the processors
  kForeignCpu,  ///< seconds of CPU time of everything but the worker and the sampler
  kWaitedCpu,   ///< seconds that the worker's threads were ready and waited for a processor, added
  kCooldown,    ///< seconds that the machine rested before the trial
  kCooldownTemperature,  ///< °C at the end of that rest
  kCooldownPower,        ///< watts at the end of that rest
  kCooldownMissed,       ///< 1: the limit ended the rest; 0: the machine was as it had been
  kWarmupScatter,        ///< coefficient of variation of the last records of the warm-up
  kWarmupTrend,  ///< by how much the last records of the warm-up grew from first to last, of their
                 ///< median
  kWarmupSlope,  ///< °C a minute by which the hottest part warmed at the end of the warm-up
  kBusy,         ///< at a fixed rate: seconds of the window in which the model answered
  kQueueMax,     ///< at a fixed rate: most requests that waited at once
  kWarmupClock,  ///< by how much the clocks changed at the end of the warm-up, of their mean
  kWarmupUnsettled,  ///< sum of the Unsettled parts when the warm-up ended; 0: none
  kWakeLate,   ///< at a fixed rate: mean seconds from the arrival of a request that found the model
               ///< free to its begin
  kClientCpu,  ///< CPU seconds of the worker where a server does the work, whose resources are the
               ///< trial's
  kCount,
};

/// What may still change at the end of a warm-up.
enum class Unsettled : unsigned { kTimes = 1, kTemperature = 2, kClocks = 4, kThrottling = 8 };

/// Names in JSON, tables and stores, in the order of the facts.
inline constexpr const char* kWindowFactKeys[] = {"read_bytes",
                                                  "written_bytes",
                                                  "cgroup_cpu_s",
                                                  "cgroup_throttles",
                                                  "cgroup_throttled_s",
                                                  "cgroup_peak_bytes",
                                                  "cgroup_read_bytes",
                                                  "cgroup_written_bytes",
                                                  "pressure_cpu_s",
                                                  "pressure_memory_s",
                                                  "pressure_io_s",
                                                  "temperature_begin_C",
                                                  "temperature_end_C",
                                                  "temperature_max_C",
                                                  "cpu_frequency_MHz",
                                                  "thermal_throttles",
                                                  "sampler_cpu_percent",
                                                  "sampler_missed_ticks",
                                                  "suspended_s",
                                                  "clock_step_s",
                                                  "steal_s",
                                                  "foreign_cpu_s",
                                                  "cpu_wait_s",
                                                  "cooldown_s",
                                                  "cooldown_temperature_C",
                                                  "cooldown_W",
                                                  "cooldown_missed",
                                                  "warmup_cov",
                                                  "warmup_trend",
                                                  "warmup_C_per_min",
                                                  "busy_s",
                                                  "queue_max",
                                                  "warmup_clock_change",
                                                  "warmup_unsettled",
                                                  "wake_late_s",
                                                  "client_cpu_s"};
static_assert(std::size(kWindowFactKeys) == static_cast<std::size_t>(WindowFact::kCount),
              "a name for every fact");

constexpr const char* key_of(WindowFact fact) {
  return kWindowFactKeys[static_cast<std::size_t>(fact)];
}
std::optional<WindowFact> window_fact_from(const std::string& key);

/// A number, or the reason why there is none: "absent" (this machine has no such file), "eacces",
/// "unreadable", "reset" (it fell), "below_resolution", "not_in_window" (a peak), "not_sampled",
/// "not_ours" (of a server that we did not start).
struct Observation {
  std::optional<double> value;
  std::string reason;
  bool operator==(const Observation&) const = default;
};

/// Facts that nobody looked for are not in it.
using WindowFacts = std::map<WindowFact, Observation>;

}  // namespace joulemark
