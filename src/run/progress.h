// SPDX-License-Identifier: Apache-2.0
// What a person sees while an experiment runs: one live line on a terminal, plain lines in a pipe,
// or nothing.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "joulemark/result.h"

namespace joulemark::run {

/// Which trial of how many, and what it measures.
struct TrialPlace {
  int number = 0;  ///< 1-based
  int total = 0;
  std::string model;
  std::string label;  ///< configuration_label
};

/// Told of events by the orchestrator; never called while a window is open.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `seconds` is the plan's estimate of the whole experiment, 0 when unknown.
  virtual void begin(const std::string& experiment, int trials, double seconds) = 0;
  /// The machine is observed at rest; `when`: "before block 3".
  virtual void rest_started(const std::string& when) = 0;
  virtual void rest_finished(const IdleBracket& bracket, double elapsed_s) = 0;
  /// So many trials fewer are to come; `why`: "after block 2".
  virtual void left_out(const std::string& why, int trials) = 0;
  virtual void trial_started(const TrialPlace& place) = 0;
  /// Before a trial's phases: the machine is not yet as cool and quiet as it was at rest.
  virtual void cooling_down() = 0;
  virtual void phase_changed(Phase phase) = 0;
  /// `elapsed_s`: how long the trial took, all phases.
  virtual void trial_finished(const TrialRecord& record, double elapsed_s) = 0;
  virtual void warning(const Caveat& caveat) = 0;
  virtual void end() = 0;
};

enum class ProgressStyle { kTerminal, kPlain, kQuiet };

/// kTerminal when `err` is a terminal that can move its cursor (TERM is not "dumb"), else kPlain.
ProgressStyle progress_style_for(std::FILE* err);

/// Writes to `err`, which must outlive it. Colour is left out when NO_COLOR is set. kQuiet writes
/// warnings only.
std::unique_ptr<Progress> make_progress(ProgressStyle style, std::FILE* err);

}  // namespace joulemark::run
