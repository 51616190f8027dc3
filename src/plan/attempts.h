// SPDX-License-Identifier: Apache-2.0
// Attempts at one place of the plan: when one more is due, and which of them counts.
#pragma once

#include "joulemark/result.h"

namespace joulemark::plan {

/// Whether the trial was measured to its end: ok, or ok but for different outputs.
bool finished(const TrialRecord& trial);

/// What has come of one place (block and position) so far.
class Attempts {
 public:
  void add(const TrialRecord& attempt);
  /// How many there were, which is the number of the next one.
  [[nodiscard]] int made() const { return made_; }
  /// Whether one more is due: there was none yet, or all were disturbed and `retries` allow it.
  [[nodiscard]] bool want_another(int retries) const;
  /// Whether the last one ended as ok.
  [[nodiscard]] bool ended_ok() const { return ended_ok_; }

 private:
  int made_ = 0;
  bool ended_ok_ = false;
  bool settled_ = false;  ///< one of them ended in a way that is the configuration's own doing
};

/// Moves from `trials` to `set_aside` what does not count although it was measured. In each block
/// one finished attempt of a configuration counts: the first that nothing disturbed, or else the
/// last. Both lists stay in the order in which the trials were.
void set_aside_repeats(ExperimentRecord& record);

}  // namespace joulemark::plan
