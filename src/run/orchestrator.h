// SPDX-License-Identifier: Apache-2.0
// Runs the trials of an experiment one after another and stores each when it ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/clock_watch.h"
#include "base/error.h"
#include "joulemark/experiment.h"
#include "joulemark/result.h"
#include "joulemark/sensor.h"
#include "plan/plan.h"
#include "run/model_files.h"
#include "run/model_prompts.h"
#include "run/progress.h"
#include "run/references.h"
#include "run/remaining.h"
#include "run/worker_runner.h"
#include "sensors/estimate/estimate.h"
#include "store/store.h"

namespace joulemark::run {

/// What an experiment needs of the world. Everything is borrowed for the call.
struct RunContext {
  WorkerRunner& workers;
  std::vector<std::unique_ptr<Sensor>>& sensors;
  store::Store& store;
  Progress& progress;
  Clock& clock;
  const std::atomic<bool>& stop;  ///< set by the handler of SIGINT and SIGTERM
  HostFingerprint host;
  /// Why there is no sensor, for the reason of an absent energy; see sensors::Discovered.
  std::vector<SensorStatus> sensor_statuses = {};
  std::filesystem::path root = "/";  ///< of /proc and /sys
  ModelPaths model_paths = {};
  PromptsOfModels prompts = {};  ///< of language models
  /// What the estimates of published models are made for; null: none is asked for.
  const sensors::ProcessorFacts* estimate_for = nullptr;
  ClockReader read_clocks = joulemark::read_clocks;
  /// Trials of the plan that an earlier run has stored: progress counts on from them.
  int done_before = 0;
  /// Asked before the first trial of a block that lacks some. Empty: nothing is ever left out.
  LeftOutAfter left_out_after = {};
};

struct RunOutcome {
  int ok = 0;
  int not_ok = 0;
  bool interrupted = false;
};

/// Runs `trials` in their order, a fresh process each. `installs` maps Configuration::engine to
/// where it was found; an engine that is missing there fails its trials.
///
/// Of an experiment that has trials already, those are what it goes on from: a cell that was given
/// up stays given up, and a model file that is another one now is refused (kFailed).
///
/// A trial of a configuration that is left out (Remaining) is neither measured nor stored.
///
/// A trial that fails is data: it is stored with its status and reason, and the next one starts. A
/// configuration whose failure cannot change from one process to the next (unsupported,
/// library_missing, library_unusable, invalid_model, invalid_argument) is tried once; its other
/// blocks are stored at once with the same status and "not tried again: …". Fails only when a trial
/// cannot be stored (what was stored before is kept) or the temporary folder cannot be made. When
/// `stop` is set, the running worker is killed, its trial is not stored, and the outcome says
/// interrupted.
Result<RunOutcome> run_experiment(std::int64_t experiment_id, const Experiment& experiment,
                                  const std::vector<plan::PlannedTrial>& trials,
                                  const Installs& installs, RunContext& context);

}  // namespace joulemark::run
