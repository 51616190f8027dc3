// SPDX-License-Identifier: Apache-2.0
// How models × configurations have failed, and which of them are not tried again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "joulemark/experiment.h"
#include "joulemark/result.h"
#include "plan/plan.h"
#include "run/reply.h"

namespace joulemark::run {

/// Of one experiment, which is borrowed.
class FailedCells {
 public:
  explicit FailedCells(const Experiment& experiment) : experiment_(experiment) {}

  /// A trial that an earlier run has stored.
  void remember(const TrialRecord& trial);
  /// A trial that has ended now. The store does not say of a failure that it is certain to recur,
  /// so that a resumed run sees it once more: it gets the reason that the uninterrupted run would
  /// have given it.
  void note(const plan::PlannedTrial& trial, TrialRecord& record, Recurrence recurrence);

  /// Whether trials of this cell fail the same way in every process.
  [[nodiscard]] bool is_given_up(const plan::PlannedTrial& trial) const {
    return given_up_.contains(cell_of(trial));
  }
  /// Writes how such a cell has failed into the record of one more of its trials; false where it
  /// is not given up.
  bool repeat_failure(const plan::PlannedTrial& trial, TrialRecord& record) const;

 private:
  using Cell = std::pair<std::string, std::string>;  ///< model, configuration label

  [[nodiscard]] Cell cell_of(const plan::PlannedTrial& trial) const {
    return {experiment_.models[trial.model].name, configuration_label(trial.configuration)};
  }
  static Cell cell_of(const TrialRecord& trial) {
    return {trial.model, configuration_label(trial.configuration)};
  }
  [[nodiscard]] bool will_recur(const TrialRecord& record, Recurrence recurrence);
  void settle(TrialRecord& record, Recurrence recurrence) const;

  const Experiment& experiment_;
  std::map<Cell, TrialRecord> given_up_;
  std::map<Cell, TrialRecord> failed_before_;  ///< in an earlier run
  std::map<Cell, int> timeouts_;
};

}  // namespace joulemark::run
