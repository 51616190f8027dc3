// SPDX-License-Identifier: Apache-2.0
#include "run/failed_cells.h"

#include <string_view>

namespace joulemark::run {
namespace {

constexpr int kMostTimeouts = 2;
constexpr std::string_view kNotTriedAgain = "not tried again: ";

}  // namespace

void FailedCells::remember(const TrialRecord& trial) {
  if (trial.status == TrialStatus::kOk || trial.status == TrialStatus::kDifferent) return;
  const Cell cell = cell_of(trial);
  TrialRecord failure = trial;
  const bool was_known = trial.reason.starts_with(kNotTriedAgain);
  if (was_known) failure.reason.erase(0, kNotTriedAgain.size());
  const bool times_out =
      trial.status == TrialStatus::kTimeout && ++timeouts_[cell] >= kMostTimeouts;
  if (was_known || times_out || trial.status == TrialStatus::kUnsupported)
    given_up_.emplace(cell, failure);
  else
    failed_before_.emplace(cell, std::move(failure));
}

void FailedCells::note(const plan::PlannedTrial& trial, TrialRecord& record,
                       Recurrence recurrence) {
  if (will_recur(record, recurrence)) given_up_.emplace(cell_of(trial), record);
  settle(record, recurrence);
}

/// Blocks of time limits could cost hours, so the second in a cell is the last.
bool FailedCells::will_recur(const TrialRecord& record, Recurrence recurrence) {
  if (record.status == TrialStatus::kTimeout) return ++timeouts_[cell_of(record)] == kMostTimeouts;
  return recurrence == Recurrence::kCertain;
}

void FailedCells::settle(TrialRecord& record, Recurrence recurrence) const {
  const auto before = failed_before_.find(cell_of(record));
  const bool is_known = recurrence == Recurrence::kCertain && before != failed_before_.end() &&
                        before->second.status == record.status &&
                        before->second.reason == record.reason;
  if (is_known) record.reason.insert(0, kNotTriedAgain);
}

bool FailedCells::repeat_failure(const plan::PlannedTrial& trial, TrialRecord& record) const {
  const auto found = given_up_.find(cell_of(trial));
  if (found == given_up_.end()) return false;
  record.install = found->second.install;
  record.describe_json = found->second.describe_json;
  record.status = found->second.status;
  record.reason = std::string(kNotTriedAgain) + found->second.reason;
  return true;
}

}  // namespace joulemark::run
