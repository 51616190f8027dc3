// SPDX-License-Identifier: Apache-2.0
// What the machine did to a window that is none of the configuration's doing. Such a trial is kept,
// marked and tried again (method C.5, F9): never for its value, always for a cause.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::run {

/// What a trial is judged against, besides itself.
struct Surroundings {
  Surroundings() = default;
  /// Of the machine whose /proc is below `root`.
  explicit Surroundings(const std::filesystem::path& root);
  /// Of an experiment that has this trial.
  void note(const TrialRecord& trial);

  int cpus = 1;             ///< of the machine
  bool has_energy = false;  ///< an earlier trial of the experiment has a total
};

/// What was read around a language model's second window, Phase::kPrefill.
struct PrefillWindow {
  WindowFacts facts;
  std::vector<Energy> energy;  ///< as TrialRecord::energy
};

/// The causes, each with what was seen and what to do; empty for an undisturbed trial, and for one
/// that did not end as ok. One that both windows have is told of the first. Facts that are absent
/// disturb nothing. docs/invalidation.md has the table.
std::vector<Caveat> disturbances(const TrialRecord& trial, const Surroundings& around,
                                 const std::optional<PrefillWindow>& prefill = {});

/// The codes in the order of the table.
std::vector<const char*> disturbance_codes();

/// What is said when a disturbed trial is tried again, for the first of its causes.
Caveat repeat_notice(const TrialRecord& disturbed, int retries);

}  // namespace joulemark::run
