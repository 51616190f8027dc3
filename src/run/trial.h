// SPDX-License-Identifier: Apache-2.0
// One trial: a fresh worker, its phases, the readings at the window's edges, and how it ended.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/clock_watch.h"
#include "joulemark/experiment.h"
#include "joulemark/result.h"
#include "joulemark/sensor.h"
#include "plan/plan.h"
#include "run/disturbance.h"
#include "run/model_prompts.h"
#include "run/progress.h"
#include "run/references.h"
#include "run/reply.h"
#include "run/texts.h"
#include "run/worker_runner.h"
#include "sensors/estimate/estimate.h"

namespace joulemark::run {

/// The part of the world that a trial touches; borrowed.
struct TrialWorld {
  WorkerRunner& workers;
  std::vector<std::unique_ptr<Sensor>>& sensors;
  const std::vector<SensorStatus>& sensor_statuses;
  Progress& progress;
  Clock& clock;
  const std::atomic<bool>& stop;
  std::filesystem::path root;
  const sensors::ProcessorFacts* estimate_for = nullptr;  ///< null: no estimate is asked for
  ClockReader read_clocks = joulemark::read_clocks;
};

struct TrialRequest {
  const Experiment& experiment;
  const plan::PlannedTrial& planned;
  const EngineInstall& install;
  std::string model_path;  ///< what the worker loads
  AnswerPlan answer;
  double window_s = 0;
  WorkBounds work = {};
  const ModelPrompts* prompts = nullptr;    ///< of a language model
  std::optional<IdleBracket> bracket = {};  ///< the last one before the trial
};

struct TrialEnd {
  TrialRecord record;                    ///< not to be stored when interrupted
  std::optional<PrefillWindow> prefill;  ///< of a language model
  bool interrupted = false;
  Recurrence recurrence = Recurrence::kMayPass;
  bool not_started = false;  ///< there was no worker
  /// The worker answered the check input twice alike, so what it wrote can serve as the reference.
  bool answered = false;
  /// Of a worker of an engine's own: where its texts leave the reference's, which it calls near
  /// ties.
  std::vector<Parting> near_ties = {};
  /// Of such a worker: digest of the texts that it answered in this process, where they are those
  /// of a whole pass; "" else.
  std::string own_texts = {};
};

/// The record of a planned trial with nothing observed yet and an absent total energy.
TrialRecord empty_record(const Experiment& experiment, const plan::PlannedTrial& planned);

/// Runs the trial to its end. Never fails: a failure is in the record.
TrialEnd run_trial(const TrialRequest& request, const TrialWorld& world);

/// Only opens, loads and answers, so that the outputs of the reference exist.
TrialEnd answer_only(const TrialRequest& request, const TrialWorld& world);

}  // namespace joulemark::run
