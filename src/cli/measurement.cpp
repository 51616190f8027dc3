// SPDX-License-Identifier: Apache-2.0
// Check, measure, judge, print.
#include "cli/measurement.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/clock.h"
#include "base/meter_address.h"
#include "cli/adaptation.h"
#include "cli/calibration_flag.h"
#include "cli/descriptions.h"
#include "cli/engine_checks.h"
#include "cli/estimate_flag.h"
#include "cli/interrupt.h"
#include "cli/machine_root.h"
#include "cli/output.h"
#include "cli/output_target.h"
#include "cli/preflight.h"
#include "cli/preparation.h"
#include "cli/report_output.h"
#include "cli/skip_absent_flag.h"
#include "cli/synthetic_source.h"
#include "cli/workload.h"
#include "config/experiment_file.h"
#include "engine/discovery.h"
#include "host/host.h"
#include "plan/plan.h"
#include "run/orchestrator.h"
#include "run/process_worker.h"
#include "run/space_needed.h"
#include "run/window_length.h"
#include "sensors/boards/nvml_condition.h"
#include "sensors/catalog.h"
#include "sensors/containment.h"
#include "sensors/estimate/estimate.h"
#include "store/store.h"

namespace joulemark::cli {
namespace {

using Switch = Arguments::Switch;

/// Of windows that last as long as their sensors need.
constexpr double kLongestOwnWindowS = 10;

/// Every CPU of --affinity must be one that this process may run on.
Status check_affinity(const Experiment& experiment) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return {};
  for (const int cpu : experiment.affinity)
    if (cpu >= CPU_SETSIZE || !CPU_ISSET(static_cast<std::size_t>(cpu), &allowed))
      return fail(ErrorKind::kMachine,
                  fmt::format("cannot run on CPU {}: it does not exist or this process may not use "
                              "it; see 'nproc' and 'taskset -p $$'",
                              cpu));
  return {};
}

/// The page may take the place of nothing that the measurement needs.
Status check_page(const Experiment& experiment, const MeasurementOptions& options) {
  if (options.html.empty()) return {};
  auto kept = kept_files(experiment);
  kept.push_back({"the store", options.store});
  if (!options.experiment_file.empty())
    kept.push_back({"the experiment file", options.experiment_file});
  return check_output("--report", options.html, kept);
}

void print_energy_note(const sensors::Discovered& found) {
  for (const SensorStatus& status : found.statuses)
    if (!status.usable && sensors::is_at_plug(status.scope))
      return print_note(fmt::format("warning: energy is not measured: {}{}{}", status.detail,
                                    status.remedy.empty() ? "" : "; ", status.remedy));
  if (!found.sensors.empty()) return;
  const auto why = std::find_if(found.statuses.begin(), found.statuses.end(),
                                [](const SensorStatus& status) { return !status.usable; });
  print_note(fmt::format("warning: energy is not measured: {}; run 'joulemark doctor'",
                         why == found.statuses.end() ? "there is no sensor" : why->detail));
}

/// Everything that a run needs, held together for its time.
struct Measurement {
  const Experiment& experiment;
  const MeasurementOptions& options;
  Installs installs;
  run::ModelPaths paths;
  run::PromptsOfModels prompts;
  sensors::Discovered found;
  host::Facts boards;  ///< of the machine's fingerprint
  store::Store store;
  std::int64_t id = 0;
  Progressed progressed;  ///< what is there already
};

/// The number under which the experiment is stored; nobody else runs it from here on.
Result<std::int64_t> claim_experiment(store::Store& store, const Experiment& experiment,
                                      const MeasurementOptions& options,
                                      const std::vector<Finding>& findings) {
  if (options.resume.on == Switch::kOn) {
    if (auto whole = store.check_integrity(); !whole) return fail(whole.error());
    const auto begun = find_begun(store, options.store, experiment, options.resume);
    if (!begun) return fail(begun.error());
    if (*begun) {
      if (auto claimed = store.claim(**begun); !claimed) return fail(claimed.error());
      return **begun;
    }
    print_note(fmt::format("'{}' has nothing of this experiment: it begins", options.store));
  }
  const auto id = store.create_experiment(experiment, config::to_toml(experiment));
  if (!id) return id;
  if (auto claimed = store.claim(*id); !claimed) return fail(claimed.error());
  if (auto added = store.add_findings(*id, findings); !added) return fail(added.error());
  return id;
}

HostFingerprint fingerprint_of(const Measurement& measurement) {
  HostFingerprint host = host::fingerprint(measurement.options.root);
  host::add_facts(host, measurement.boards);
  return host;
}

Result<run::RunOutcome> run_trials(Measurement& measurement) {
  const MeasurementOptions& options = measurement.options;
  const Progressed& progressed = measurement.progressed;
  if (progressed.missing.empty())
    return run::RunOutcome{.ok = progressed.ok, .not_ok = progressed.not_ok};
  SystemClock clock;
  sensors::Discovered& found = measurement.found;
  print_energy_note(found);
  const auto processors = sensors::read_processor_facts(options.root);
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto progress = run::make_progress(options.progress_style(), stderr);
  run::RunContext context{
      .workers = workers,
      .sensors = found.sensors,
      .store = measurement.store,
      .progress = *progress,
      .clock = clock,
      .stop = interrupt_flag(),
      .host = fingerprint_of(measurement),
      .sensor_statuses = found.statuses,
      .root = options.root,
      .model_paths = measurement.paths,
      .prompts = measurement.prompts,
      .estimate_for = options.estimate == Switch::kOn ? &processors : nullptr,
      .done_before = progressed.done(),
      .left_out_after = decisions_of(measurement.store, measurement.id, measurement.experiment)};
  auto outcome = run::run_experiment(measurement.id, measurement.experiment, progressed.missing,
                                     measurement.installs, context);
  if (!outcome) return outcome;
  outcome->ok += progressed.ok;
  outcome->not_ok += progressed.not_ok;
  return outcome;
}

void note_resumed(const Measurement& measurement) {
  const Progressed& progressed = measurement.progressed;
  if (progressed.done() == 0) return;
  if (progressed.missing.empty()) {
    const std::string spared =
        progressed.spared == 0
            ? std::string()
            : fmt::format("; {} more would not change the answer", progressed.spared);
    return print_note(
        fmt::format("experiment {} of '{}' has ended: all of its {} trials are there{}",
                    measurement.id, measurement.options.store, progressed.done(), spared));
  }
  const std::size_t all = progressed.missing.size() + static_cast<std::size_t>(progressed.done());
  print_note(fmt::format("experiment {} of '{}' is resumed: {} of {} trials are there",
                         measurement.id, measurement.options.store, progressed.done(), all));
}

void print_where(const Measurement& measurement, const run::RunOutcome& outcome) {
  const std::string& store = measurement.options.store;
  if (outcome.interrupted)
    print_note(
        fmt::format("interrupted: {} finished trials are kept as experiment {} of '{}'; "
                    "'joulemark run --resume --store {} --experiment {}' goes on",
                    outcome.ok + outcome.not_ok, measurement.id, store, store, measurement.id));
  else if (measurement.options.quiet == Switch::kOff)
    print_note(fmt::format("kept as experiment {} of '{}'{}", measurement.id, store,
                           measurement.options.html.empty()
                               ? fmt::format("; 'joulemark report {}' writes the page", store)
                               : std::string()));
}

Result<int> finish(Measurement& measurement, const run::RunOutcome& outcome) {
  const auto record = measurement.store.load(measurement.id, store::Detail::kDurations);
  if (!record) return fail(record.error());
  const ReportOutput output(*record, measurement.store);
  const Format format = measurement.options.json == Switch::kOn ? Format::kJson : Format::kText;
  const auto printed = print(output.render(format));
  print_where(measurement, outcome);
  if (!printed) return printed;
  if (!measurement.options.html.empty())
    if (auto written = output.write_html(measurement.options.html); !written)
      return fail(written.error());
  if (outcome.interrupted) return kExitInterrupted;
  return outcome.not_ok > 0 ? kExitFailed : kExitOk;
}

/// What an experiment needs of this machine before anything is measured.
struct Needs {
  Installs installs;
  run::ModelPaths paths;
  run::PromptsOfModels prompts;
};

Result<Needs> find_needs(const CheckedExperiment& checked, const MeasurementOptions& options) {
  const Experiment& experiment = checked.experiment;
  if (auto page = check_page(experiment, options); !page) return fail(page.error());
  const auto path = engine::search_path_of(experiment);
  auto installs = find_installs(experiment, path, options.absent());
  if (!installs) return fail(installs.error());
  if (auto cpus = check_affinity(experiment); !cpus) return fail(cpus.error());
  if (auto opened = check_installs(*installs, experiment); !opened) return fail(opened.error());
  auto paths = find_model_paths(experiment, checked.models, path);
  if (!paths) return fail(paths.error());
  auto prompts = find_prompts(experiment, checked.models);
  if (!prompts) return fail(prompts.error());
  for (const ModelSpec& model : experiment.models) note_synthetic(model.source);
  return Needs{*std::move(installs), *std::move(paths), *std::move(prompts)};
}

/// The machine as it is before the first trial.
struct MachineState {
  sensors::Discovered found;
  std::vector<Finding> findings;
  host::Facts boards;
};

/// Between the two looks of preflight sensors are searched for, which takes as long.
Result<MachineState> look_at_machine(const Experiment& experiment,
                                     const MeasurementOptions& options) {
  const auto meters = parse_meter_addresses(experiment.meters);
  if (!meters) return fail(meters.error());
  auto calibrations = calibrations_from(experiment.calibration);
  if (!calibrations) return fail(calibrations.error());
  SystemClock clock;
  const double window_s =
      experiment.protocol.duration_s > 0 ? experiment.protocol.duration_s : kLongestOwnWindowS;
  const auto bytes = run::store_bytes(experiment, window_s);
  host::Preflight preflight({.root = options.root,
                             .places = places_of(options.store, bytes),
                             .system = host::system_facts(options.root)},
                            clock);
  const sensors::SensorEnvironment environment{
      .root = options.root, .meters = *meters, .calibrations = *std::move(calibrations)};
  MachineState state{.found = sensors::discover(environment),
                     .findings = {},
                     .boards = sensors::nvml_facts(environment)};
  if (auto window = run::window_length(experiment.protocol, state.found.sensors); !window)
    return fail(window.error());
  state.findings = find_all(preflight, environment, state.found.statuses);
  if (auto fit = refuse_disturbed(options.preflight, state.findings); !fit)
    return fail(fit.error());
  return state;
}

}  // namespace

void MeasurementOptions::declare(Arguments& arguments) {
  arguments.group("Output");
  arguments.option("--store FILE", store,
                   "SQLite file that keeps every trial (default joulemark.sqlite)");
  arguments.option("--report FILE", html, "Write the HTML report to this file at the end");
  arguments.flag("--json", json, "Print the report as JSON");
  arguments.flag("--quiet", quiet,
                 "No progress, and no findings of the machine; what went wrong is said");
  declare_estimate(arguments, estimate);
  declare_root(arguments, root);
  arguments.group("Machine");
  declare_skip_absent(arguments, skip_absent);
  preflight.declare(arguments);
  declare_prepare(arguments, prepare);
}

run::ProgressStyle MeasurementOptions::progress_style() const {
  return quiet == Switch::kOn ? run::ProgressStyle::kQuiet : run::progress_style_for(stderr);
}

AbsentEngines MeasurementOptions::absent() const {
  return absent_engines(skip_absent);
}

Result<int> measure(const CheckedExperiment& checked, const MeasurementOptions& options) {
  const Experiment& experiment = checked.experiment;
  // Writing beyond a file-size limit shall be an error of that write, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  interrupt_flag();
  if (auto root = check_root(options.root); !root) return fail(root.error());
  if (auto flags = options.preflight.check(); !flags) return fail(flags.error());
  if (auto known = calibrations_from(experiment.calibration); !known) return fail(known.error());
  auto needs = find_needs(checked, options);
  if (!needs) return fail(needs.error());
  const auto prepared = prepare_machine(options.root, options.prepare);
  if (!prepared) return fail(prepared.error());
  auto machine = look_at_machine(experiment, options);
  if (!machine) return fail(machine.error());
  auto store = store::Store::open(options.store, store::OpenMode::kReadWrite);
  if (!store) return fail(store.error());
  if (options.quiet == Switch::kOff) print_findings(machine->findings);
  const auto id = claim_experiment(*store, experiment, options, machine->findings);
  if (!id) return fail(id.error());
  auto there = progressed(*store, *id, experiment);
  if (!there) return fail(there.error());
  Measurement measurement{.experiment = experiment,
                          .options = options,
                          .installs = std::move(needs->installs),
                          .paths = std::move(needs->paths),
                          .prompts = std::move(needs->prompts),
                          .found = std::move(machine->found),
                          .boards = std::move(machine->boards),
                          .store = std::move(*store),
                          .id = *id,
                          .progressed = *std::move(there)};
  note_resumed(measurement);
  const auto outcome = run_trials(measurement);
  if (!outcome) return fail(outcome.error());
  return finish(measurement, *outcome);
}

}  // namespace joulemark::cli
