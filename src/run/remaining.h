// SPDX-License-Identifier: Apache-2.0
// Which trials of a plan are still to be measured, as its earlier blocks have decided.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <vector>

#include "base/error.h"
#include "joulemark/experiment.h"
#include "joulemark/result.h"
#include "plan/dismissed.h"
#include "plan/plan.h"

namespace joulemark::run {

/// Configurations that are not measured any more.
using LeftOut = std::set<plan::CellName>;

/// What the stored trials of the first `blocks` blocks leave out from there on.
using LeftOutAfter = std::function<Result<LeftOut>(int blocks)>;

/// Of one run; experiment and trials are borrowed.
class Remaining {
 public:
  /// `left_out_after` is asked once a block; empty: no block decides anything.
  Remaining(const Experiment& experiment, const std::vector<plan::PlannedTrial>& trials,
            LeftOutAfter left_out_after);

  /// A trial that counts: one of an earlier run, or one that has ended now. How many trials fewer
  /// it makes.
  int note(const TrialRecord& trial);
  /// Before the trial `next`: what is left out of its block. How many trials fewer that makes.
  Result<int> decide(std::size_t next);
  [[nodiscard]] bool is_left_out(const plan::PlannedTrial& trial) const;
  /// Trials from `next` on that are not left out.
  [[nodiscard]] int from(std::size_t next) const;

 private:
  const Experiment& experiment_;
  const std::vector<plan::PlannedTrial>& trials_;
  LeftOutAfter left_out_after_;
  plan::Dismissed dismissed_;
  LeftOut left_out_;
  int decided_ = -1;  ///< the block for which it was asked
};

}  // namespace joulemark::run
