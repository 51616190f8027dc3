// SPDX-License-Identifier: Apache-2.0
#include "run/trial.h"
#include "sensors/ledger.h"

namespace joulemark::run {

TrialRecord empty_record(const Experiment& experiment, const plan::PlannedTrial& planned) {
  TrialRecord record;
  record.block = planned.block;
  record.position = planned.position;
  record.model = experiment.models[planned.model].name;
  record.configuration = planned.configuration;
  record.energy = {
      sensors::absent_total("no_window", "the trial ended before its window was measured")};
  return record;
}

}  // namespace joulemark::run
