// SPDX-License-Identifier: Apache-2.0
// One trial after another; each is stored when it ends, whatever became of it.
#include "run/orchestrator.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "plan/attempts.h"
#include "run/cooldown.h"
#include "run/disturbance.h"
#include "run/failed_cells.h"
#include "run/idle_bracket.h"
#include "run/near_ties.h"
#include "run/references.h"
#include "run/temporary_folder.h"
#include "run/trial.h"
#include "run/window_length.h"
#include "run/work_bounds.h"

namespace joulemark::run {
namespace {

std::string changed_model(const std::string& change) {
  return fmt::format("model file {}: its trials would not be of one model; start a new experiment",
                     change);
}

std::string other_outputs(const TrialRecord& trial) {
  return fmt::format("{}, {}, has other outputs than the reference", trial.model,
                     configuration_label(trial.configuration));
}

/// The running of one experiment.
class Run {
 public:
  struct Plan {
    std::int64_t id;
    const Experiment& experiment;
    const std::vector<plan::PlannedTrial>& trials;
    const Installs& installs;
    double window_s;
    double bracket_s;  ///< 0: no bracket
  };
  Run(const Plan& plan, RunContext& context, const std::filesystem::path& reference_folder)
      : plan_(plan),
        context_(context),
        world_{.workers = context.workers,
               .sensors = context.sensors,
               .sensor_statuses = context.sensor_statuses,
               .progress = context.progress,
               .clock = context.clock,
               .stop = context.stop,
               .root = context.root,
               .estimate_for = context.estimate_for,
               .read_clocks = context.read_clocks},
        files_(plan.experiment.models, context.model_paths),
        folder_(reference_folder),
        references_(plan.experiment, plan.installs, reference_folder),
        near_ties_(world_),
        least_work_(plan.experiment, files_, context.prompts),
        window_s_(plan.window_s),
        around_(context.root),
        cooldown_(world_, plan.experiment.protocol.cooldown_max_s),
        failed_(plan.experiment),
        remaining_(plan.experiment, plan.trials, context.left_out_after) {}

  Status store_models();
  /// Nothing where no model's work is known, or the machine cannot be asked.
  void look_at_machine() {
    if (least_work_.are_worth_a_look()) ceilings_ = find_ceilings(world_);
  }
  void note_rest() { cooldown_.note_rest(); }
  Status read_stored();
  /// What is left out of the block of the trial `next`.
  Status decide(std::size_t next);
  [[nodiscard]] const Remaining& remaining() const { return remaining_; }
  Result<RunOutcome> run_all();

 private:
  Status rest_before(int block) { return rest(block, fmt::format("before block {}", block + 1)); }
  /// Behind the last block that was measured, which need not be the plan's.
  Status rest_at_end() { return rest(bracket_->block + 1, "after the last block"); }
  Status rest(int block, const std::string& when);
  Status run_one(const plan::PlannedTrial& trial);
  Result<std::optional<TrialRecord>> try_once(const plan::PlannedTrial& trial);
  bool is_tried_again(const TrialRecord& record);
  std::optional<TrialRecord> known_failure(const plan::PlannedTrial& trial) const;
  Status check_place(const TrialEnd& end);
  Status make_reference_for(const plan::PlannedTrial& trial);
  TrialEnd attempt(const plan::PlannedTrial& trial);
  void look_at_near_ties(const plan::PlannedTrial& trial, TrialEnd& end);
  Status save(TrialRecord& record);
  [[nodiscard]] TrialRequest request_for(const plan::PlannedTrial& trial);

  Plan plan_;
  RunContext& context_;
  TrialWorld world_;
  ModelFiles files_;
  std::filesystem::path folder_;  ///< what the workers write to
  References references_;
  NearTies near_ties_;
  LeastWorkOfModels least_work_;
  MachineCeilings ceilings_;
  double window_s_;
  std::map<std::pair<int, int>, plan::Attempts> attempts_;  ///< by block and position
  Surroundings around_;
  Cooldown cooldown_;
  FailedCells failed_;
  bool has_started_ = false;  ///< some worker
  std::optional<IdleBracket> first_bracket_;
  std::optional<IdleBracket> bracket_;  ///< the last one
  Remaining remaining_;
  RunOutcome outcome_;
};

Status Run::store_models() {
  const auto stored = context_.store.load_models(plan_.id);
  if (!stored) return fail(stored.error());
  for (std::size_t model = 0; model < plan_.experiment.models.size(); ++model) {
    const auto facts = files_.facts(model);
    if (facts.empty()) continue;
    const auto before = stored->find(plan_.experiment.models[model].name);
    if (before != stored->end() && !same_files(before->second, facts))
      return fail(
          ErrorKind::kFailed,
          fmt::format("cannot go on with experiment {}: the files of model '{}' have changed "
                      "since it began; bring them back, or start a new experiment",
                      plan_.id, plan_.experiment.models[model].name));
    const auto added =
        context_.store.add_model(plan_.id, plan_.experiment.models[model].name, facts);
    if (!added) return added;
  }
  return {};
}

Status Run::read_stored() {
  const auto stored = context_.store.load(plan_.id, store::Detail::kSummary);
  if (!stored) return fail(stored.error());
  for (const auto* trials : {&stored->trials, &stored->set_aside})
    for (const TrialRecord& trial : *trials) {
      attempts_[{trial.block, trial.position}].add(trial);
      around_.note(trial);
      failed_.remember(trial);
    }
  for (const TrialRecord& trial : stored->trials) remaining_.note(trial);
  return {};
}

Status Run::decide(std::size_t next) {
  const auto fewer = remaining_.decide(next);
  if (!fewer) return fail(fewer.error());
  if (*fewer > 0)
    context_.progress.left_out(fmt::format("after block {}", plan_.trials[next].block), *fewer);
  return {};
}

Result<RunOutcome> Run::run_all() {
  int number = context_.done_before;
  int total = number + remaining_.from(0);
  int block = -1;
  for (std::size_t next = 0; next < plan_.trials.size(); ++next) {
    const plan::PlannedTrial& trial = plan_.trials[next];
    if (outcome_.interrupted || context_.stop.load()) break;
    if (std::exchange(block, trial.block) != trial.block) {
      if (auto decided = decide(next); !decided) return fail(decided.error());
      total = number + remaining_.from(next);
    }
    if (remaining_.is_left_out(trial)) continue;
    if (auto rested = rest_before(trial.block); !rested) return fail(rested.error());
    if (context_.stop.load()) break;
    context_.progress.trial_started({.number = ++number,
                                     .total = total,
                                     .model = plan_.experiment.models[trial.model].name,
                                     .label = configuration_label(trial.configuration)});
    if (const auto stored = run_one(trial); !stored) return fail(stored.error());
  }
  outcome_.interrupted = outcome_.interrupted || context_.stop.load();
  if (bracket_)
    if (auto rested = rest_at_end(); !rested) return fail(rested.error());
  return outcome_;
}

/// Once a block and run: a run that goes on within a block does not know how the machine rests now.
/// What the block before has heated cools down first, or each would be held against a warmer one.
Status Run::rest(int block, const std::string& when) {
  const bool is_done = bracket_ && bracket_->block == block;
  if (plan_.bracket_s <= 0 || is_done || outcome_.interrupted || context_.stop.load()) return {};
  const Nanoseconds t0 = context_.clock.now();
  context_.progress.rest_started(when);
  if (first_bracket_ && cooldown_.rest(first_bracket_).interrupted) return {};
  auto bracket = observe_idle(plan_.bracket_s, world_);
  if (!bracket) return {};
  bracket->block = block;
  bracket->host = context_.host.key;
  bracket_ = bracket;
  if (!first_bracket_) first_bracket_ = bracket;
  context_.progress.rest_finished(*bracket, to_seconds(context_.clock.now() - t0));
  return context_.store.add_bracket(plan_.id, *bracket);
}

/// At once again where the machine disturbed it, so that what else drifts is as it was.
Status Run::run_one(const plan::PlannedTrial& trial) {
  const Nanoseconds t0 = context_.clock.now();
  std::optional<TrialRecord> record;
  do {
    auto tried = try_once(trial);
    if (!tried) return fail(tried.error());
    if (!*tried) return {};
    record = *std::move(tried);
    if (auto stored = save(*record); !stored) return stored;
  } while (is_tried_again(*record));
  ++(record->status == TrialStatus::kOk ? outcome_.ok : outcome_.not_ok);
  context_.progress.trial_finished(*record, to_seconds(context_.clock.now() - t0));
  if (const int fewer = remaining_.note(*record); fewer > 0)
    context_.progress.left_out(other_outputs(*record), fewer);
  return {};
}

/// Nothing, and `outcome_.interrupted`, when the user stopped it.
Result<std::optional<TrialRecord>> Run::try_once(const plan::PlannedTrial& trial) {
  outcome_.interrupted = outcome_.interrupted || context_.stop.load();
  if (outcome_.interrupted) return std::nullopt;
  if (auto known = known_failure(trial)) return known;
  if (auto made = make_reference_for(trial); !made) return fail(made.error());
  if (outcome_.interrupted) return std::nullopt;
  TrialEnd end = attempt(trial);
  if (auto place = check_place(end); !place) return fail(place.error());
  if (end.interrupted) {
    outcome_.interrupted = true;
    return std::nullopt;
  }
  if (const auto change = files_.change(trial.model); !change.empty()) {
    end.record.status = TrialStatus::kFailed;
    end.record.reason = changed_model(change);
    end.recurrence = Recurrence::kMayPass;
  }
  failed_.note(trial, end.record, end.recurrence);
  for (Caveat& cause : disturbances(end.record, around_, end.prefill))
    end.record.invalid.push_back(std::move(cause));
  around_.note(end.record);
  return std::move(end.record);
}

bool Run::is_tried_again(const TrialRecord& record) {
  const int retries = plan_.experiment.protocol.retries;
  if (!attempts_[{record.block, record.position}].want_another(retries)) return false;
  context_.progress.warning(repeat_notice(record, retries));
  return true;
}

std::optional<TrialRecord> Run::known_failure(const plan::PlannedTrial& trial) const {
  TrialRecord record = empty_record(plan_.experiment, trial);
  record.started_at = wall_clock_now();
  if (!plan_.installs.contains(trial.configuration.engine)) {
    record.status = TrialStatus::kFailed;
    record.reason = fmt::format("engine '{}' is not installed; run 'joulemark engines'",
                                trial.configuration.engine);
    return record;
  }
  if (const auto change = files_.change(trial.model); !change.empty()) {
    record.status = TrialStatus::kFailed;
    record.reason = "not tried: " + changed_model(change);
    return record;
  }
  if (failed_.repeat_failure(trial, record)) return record;
  return std::nullopt;
}

/// Fails when a worker could not write to our folder: that is no fault of its engine.
/// Nor is it one that no worker has ever started; later, that may pass.
Status Run::check_place(const TrialEnd& end) {
  const std::string& reason = end.record.reason;
  has_started_ = has_started_ || !end.not_started;
  if (!has_started_) return fail(ErrorKind::kMachine, reason);
  if (reason.find(folder_.string()) == std::string::npos ||
      (!reason.starts_with("cannot write") && !reason.starts_with("cannot create")))
    return {};
  return fail(
      ErrorKind::kMachine,
      fmt::format("{}; free some space, or set TMPDIR to a folder on another disk; finished "
                  "trials are kept",
                  reason));
}

/// Sets `outcome_.interrupted` when the user stopped it.
Status Run::make_reference_for(const plan::PlannedTrial& trial) {
  while (const auto first = references_.needed_first(trial.model, trial.configuration)) {
    plan::PlannedTrial reference = trial;
    reference.configuration = *first;
    const bool can_run = plan_.installs.contains(first->engine) && !failed_.is_given_up(reference);
    if (!can_run) {
      references_.failed(trial.model, *first);
      continue;
    }
    const TrialEnd end = answer_only(request_for(reference), world_);
    if (end.interrupted) {
      outcome_.interrupted = true;
      return {};
    }
    if (auto place = check_place(end); !place) return place;
    end.answered ? references_.answered(trial.model, *first)
                 : references_.failed(trial.model, *first);
  }
  return {};
}

TrialEnd Run::attempt(const plan::PlannedTrial& trial) {
  const TrialRequest request = request_for(trial);
  Rest rest = cooldown_.rest(request.bracket);
  if (rest.interrupted) return {.record = {}, .interrupted = true};
  TrialEnd end = run_trial(request, world_);
  end.record.resources.facts.merge(rest.facts);
  look_at_near_ties(trial, end);
  if (request.answer.write_to.empty()) return end;
  end.answered ? references_.answered(trial.model, trial.configuration)
               : references_.failed(trial.model, trial.configuration);
  return end;
}

void Run::look_at_near_ties(const plan::PlannedTrial& trial, TrialEnd& end) {
  const auto reference = references_.reference_of(trial.model, trial.configuration);
  if (!reference) return;
  plan::PlannedTrial other = trial;
  other.configuration = *reference;
  near_ties_.check(request_for(other), end);
}

TrialRequest Run::request_for(const plan::PlannedTrial& trial) {
  const Configuration& configuration = trial.configuration;
  const auto prompts = context_.prompts.find(trial.model);
  return {.experiment = plan_.experiment,
          .planned = trial,
          .install = plan_.installs.at(configuration.engine),
          .model_path = files_.path(trial.model, configuration.engine),
          .answer = references_.plan(trial.model, configuration),
          .window_s = window_s_,
          .work = bounds_of(least_work_.of(trial.model, configuration.batch), ceilings_),
          .prompts = prompts == context_.prompts.end() ? nullptr : &prompts->second,
          .bracket = bracket_};
}

Status Run::save(TrialRecord& record) {
  record.host = context_.host.key;
  plan::Attempts& attempts = attempts_[{record.block, record.position}];
  record.attempt = attempts.made();
  attempts.add(record);
  return context_.store.add_trial(plan_.id, record);
}

}  // namespace

Result<RunOutcome> run_experiment(std::int64_t experiment_id, const Experiment& experiment,
                                  const std::vector<plan::PlannedTrial>& trials,
                                  const Installs& installs, RunContext& context) {
  const auto window_s = window_length(experiment.protocol, context.sensors);
  if (!window_s) return fail(window_s.error());
  const double bracket_s = bracket_length(experiment.protocol, context.sensors);
  const auto folder = TemporaryFolder::create();
  if (!folder) return fail(folder.error());
  if (auto added = context.store.add_host(experiment_id, context.host); !added)
    return fail(added.error());
  Run run({.id = experiment_id,
           .experiment = experiment,
           .trials = trials,
           .installs = installs,
           .window_s = *window_s,
           .bracket_s = bracket_s},
          context, folder->path());
  if (auto stored = run.store_models(); !stored) return fail(stored.error());
  if (auto read = run.read_stored(); !read) return fail(read.error());
  if (bracket_s <= 0) run.note_rest();
  run.look_at_machine();
  if (auto decided = run.decide(0); !decided) return fail(decided.error());
  const int left = run.remaining().from(0);
  const auto estimate = plan::estimate_time(
      experiment,
      {.window_s = *window_s, .bracket_s = bracket_s, .language_models = context.prompts.size()});
  const double share = estimate.trials > 0 ? static_cast<double>(left) / estimate.trials : 0;
  context.progress.begin(experiment.name, left, estimate.seconds * share);
  auto outcome = run.run_all();
  context.progress.end();
  return outcome;
}

}  // namespace joulemark::run
