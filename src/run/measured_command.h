// SPDX-License-Identifier: Apache-2.0
// Any command of the user's, run to its end in a window of its own.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "joulemark/result.h"
#include "joulemark/sensor.h"
#include "sensors/estimate/estimate.h"

namespace joulemark::run {

/// What the runs of a command have in common.
struct CommandContext {
  const std::vector<std::unique_ptr<Sensor>>& sensors;
  const std::vector<SensorStatus>& statuses;
  std::filesystem::path root = "/";  ///< of the machine's /proc and /sys
  /// Set when the user wants to stop. The command gets the terminal's signal itself; it is waited
  /// for, and sent SIGTERM where only this program was told to end.
  const std::atomic<bool>& stop;
  int output = 1;  ///< descriptor that the command's standard output leads to
  /// What an estimate of published models is made for; null: none is asked for.
  const sensors::ProcessorFacts* estimate_for = nullptr;
};

/// One run. The window is from the moment the command may begin to that in which its end is seen.
struct CommandRun {
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
  int exit_status = 0;  ///< without meaning where a signal ended it
  int signal = 0;       ///< that ended it; 0: none
  /// Of the command and of all descendants that were waited for. A peak of memory that this
  /// program's own copy, which the command replaced, had before is not known.
  Resources resources;
  std::vector<Energy> energy;              ///< as measure_between gives them
  std::optional<EnergyEstimate> estimate;  ///< where it was asked for
  [[nodiscard]] double seconds() const { return to_seconds(t1_ns - t0_ns); }
  [[nodiscard]] bool succeeded() const { return signal == 0 && exit_status == 0; }
};

/// Starts words[0], found in $PATH, with the other words, this program's standard input and error.
/// Counters are read before it may begin and after its end. kUsage: there is no such program, or it
/// may not be run. kFailed: no process can be made. A command that fails is an outcome, no error.
Result<CommandRun> run_command(const std::vector<std::string>& words,
                               const CommandContext& context);

/// Mean power of the machine while this program waits `seconds`, from the total of the sensors;
/// empty where that is not measured. Ends early, with nothing, on `stop`.
struct IdlePower {
  double watts = 0;
  double uncertainty_w = 0;
};
std::optional<IdlePower> measure_idle(double seconds, const CommandContext& context);

}  // namespace joulemark::run
