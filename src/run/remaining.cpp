// SPDX-License-Identifier: Apache-2.0
#include "run/remaining.h"

#include <algorithm>
#include <utility>

namespace joulemark::run {

Remaining::Remaining(const Experiment& experiment, const std::vector<plan::PlannedTrial>& trials,
                     LeftOutAfter left_out_after)
    : experiment_(experiment),
      trials_(trials),
      left_out_after_(std::move(left_out_after)),
      dismissed_(experiment) {}

int Remaining::note(const TrialRecord& trial) {
  if (trial.status != TrialStatus::kDifferent) return 0;
  const int before = from(0);
  dismissed_.note(trial);
  return before - from(0);
}

Result<int> Remaining::decide(std::size_t next) {
  if (!left_out_after_ || next >= trials_.size()) return 0;
  const int block = trials_[next].block;
  if (block == decided_) return 0;
  auto left_out = left_out_after_(block);
  if (!left_out) return fail(left_out.error());
  const int before = from(next);
  left_out_ = *std::move(left_out);
  decided_ = block;
  return before - from(next);
}

bool Remaining::is_left_out(const plan::PlannedTrial& trial) const {
  const plan::CellName cell{experiment_.models[trial.model].name,
                            configuration_label(trial.configuration)};
  const auto blocks = dismissed_.blocks_of(cell);
  return left_out_.contains(cell) || (blocks && *blocks <= trial.block);
}

int Remaining::from(std::size_t next) const {
  return static_cast<int>(
      std::count_if(trials_.begin() + static_cast<std::ptrdiff_t>(next), trials_.end(),
                    [&](const plan::PlannedTrial& trial) { return !is_left_out(trial); }));
}

}  // namespace joulemark::run
