// SPDX-License-Identifier: Apache-2.0
// Means over the runs of a command.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "cli/measure_output.h"
#include "stats/interval.h"

namespace joulemark::cli {

/// Mean of a number of every run with its 95 % interval of Student's t; empty where a run has none.
std::optional<stats::Interval> mean_of(
    const std::vector<run::CommandRun>& runs,
    const std::function<std::optional<double>(const run::CommandRun&)>& number);

/// One energy for each scope, the total last: mean joules, and the standard uncertainty of that
/// mean, to which the sensors' errors in single runs add up as independent ones; the calibration's
/// are the same in all. Absent where it is in one of the runs, with that reason.
std::vector<Energy> mean_energies(const std::vector<run::CommandRun>& runs);

/// Means of the ends and of the middle over the runs, where all of them have them; empty unless it
/// was asked for.
std::optional<EnergyEstimate> mean_estimate(const std::vector<run::CommandRun>& runs);

/// The machine's idle power over the whole measurement: the mean of before and after, whose
/// uncertainty includes half of what they differ by.
std::optional<run::IdlePower> idle_of(const MeasuredCommand& measured);

/// What is left of the total when idle power over the mean duration is taken away; empty where one
/// of them was not measured. May be below 0, which says that idle was not idle.
struct NetEnergy {
  double joules = 0;
  double uncertainty_j = 0;
};
std::optional<NetEnergy> net_of(const MeasuredCommand& measured);

}  // namespace joulemark::cli
