// SPDX-License-Identifier: Apache-2.0
// `joulemark plan`: the trials of an experiment file in their order, and the time they take.
#include "plan/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "cli/calibration_flag.h"
#include "cli/commands.h"
#include "cli/experiment_checks.h"
#include "cli/json_values.h"
#include "cli/machine_root.h"
#include "cli/meter_flag.h"
#include "cli/output.h"
#include "cli/skip_absent_flag.h"
#include "run/cooldown.h"
#include "run/idle_bracket.h"
#include "run/window_length.h"
#include "sensors/catalog.h"
#include "verdict/adaptation.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;

struct Plan {
  std::string file;
  std::vector<std::string> meters;
  std::vector<std::string> calibration;
  std::string root = "/";
  Arguments::Switch as_json = Arguments::Switch::kOff;
  Arguments::Switch skip_absent = Arguments::Switch::kOff;
};

using Trials = std::vector<plan::PlannedTrial>;

struct Foretold {
  double seconds = 0;
  double rest_s = 0;  ///< of the longest rest before a trial, which the time does not hold
};

std::string to_json(const Experiment& experiment, const Trials& trials, const Foretold& time) {
  json rows = json::array();
  for (const auto& trial : trials)
    rows.push_back({{"block", trial.block},
                    {"position", trial.position},
                    {"model", experiment.models[trial.model].name},
                    {"configuration", configuration_json(trial.configuration)}});
  const json out = {
      {"experiment", experiment.name},
      {"seed", experiment.seed},
      {"repetitions", experiment.protocol.repetitions},
      {"seconds", time.seconds},
      {"besides", {{"retries", experiment.protocol.retries}, {"rest_s", time.rest_s}}},
      {"at_most", verdict::Adaptive::is_asked_for(experiment)},
      {"trials", std::move(rows)}};
  return json_line(out);
}

/// What the time does not hold: nobody knows beforehand how often it happens. "" for nothing.
std::string besides(const Experiment& experiment, const Foretold& time) {
  std::vector<std::string> more;
  if (const int retries = experiment.protocol.retries; retries > 0)
    more.push_back(fmt::format("disturbed trials are tried again, {}",
                               retries == 1 ? "once" : fmt::format("up to {} times", retries)));
  if (time.rest_s > 0)
    more.push_back(
        fmt::format("before each trial a hot machine rests, up to {}", duration_text(time.rest_s)));
  return more.empty() ? "" : fmt::format("besides: {}\n", fmt::join(more, "; "));
}

std::string to_text(const Experiment& experiment, const Trials& trials, const Foretold& time) {
  TextTable table({{.head = "trial", .align = Align::kRight},
                   {.head = "block", .align = Align::kRight},
                   {.head = "model"},
                   {.head = "configuration"}});
  int number = 0;
  for (const auto& trial : trials)
    table.add_row({std::to_string(++number), std::to_string(trial.block + 1),
                   printable(experiment.models[trial.model].name),
                   printable(configuration_label(trial.configuration))});
  return table.to_string() +
         fmt::format("{}{} trials in {} blocks, about {}\n",
                     verdict::Adaptive::is_asked_for(experiment) ? "at most " : "", trials.size(),
                     experiment.protocol.repetitions, duration_text(time.seconds)) +
         besides(experiment, time);
}

/// What of a model the plan cannot hold.
void tell_unknown(const ModelSpec& spec, const LocalModel& model) {
  if (model.absent)
    print_note(
        fmt::format("model '{}': '{}' is not on this machine, so it was not checked; "
                    "'joulemark run' gets it",
                    spec.name, spec.source));
  if (model.language)
    print_note(
        fmt::format("model '{}': its windows last a pass over the workload at least, which "
                    "the time does not hold",
                    spec.name));
}

Foretold foretell(const CheckedExperiment& checked,
                  const std::vector<std::unique_ptr<Sensor>>& sensors, plan::Lengths lengths,
                  const std::string& root) {
  const Protocol& protocol = checked.experiment.protocol;
  lengths.bracket_s = run::bracket_length(protocol, sensors);
  lengths.language_models = static_cast<std::size_t>(
      std::count_if(checked.models.begin(), checked.models.end(),
                    [](const LocalModel& model) { return model.language.has_value(); }));
  return {.seconds = plan::estimate_time(checked.experiment, lengths).seconds,
          .rest_s = run::longest_rest(protocol, root, sensors)};
}

Result<int> show_plan(const Plan& command) {
  if (auto root = check_root(command.root); !root) return fail(root.error());
  if (const auto named = meters_from(command.meters); !named) return fail(named.error());
  const auto checked =
      read_experiment_file(command.file, find_models_here, absent_engines(command.skip_absent));
  if (!checked) return fail(checked.error());
  const Experiment& experiment = checked->experiment;
  auto calibrations =
      calibrations_from(command.calibration.empty() ? experiment.calibration : command.calibration);
  if (!calibrations) return fail(calibrations.error());
  const auto meters = meters_or(command.meters, experiment);
  if (!meters) return fail(meters.error());
  const auto found = sensors::discover(
      {.root = command.root, .meters = *meters, .calibrations = *std::move(calibrations)});
  const auto window_s = run::window_length(experiment.protocol, found.sensors);
  if (!window_s) return fail(window_s.error());
  const Foretold time = foretell(*checked, found.sensors, {.window_s = *window_s}, command.root);
  const auto trials = plan::make_plan(experiment);
  for (std::size_t i = 0; i < checked->models.size(); ++i)
    tell_unknown(experiment.models[i], checked->models[i]);
  return print(command.as_json == Arguments::Switch::kOn ? to_json(experiment, trials, time)
                                                         : to_text(experiment, trials, time));
}

}  // namespace

Action declare_plan(Arguments& arguments) {
  const auto command = std::make_shared<Plan>();
  arguments.positional("EXPERIMENT", command->file, "Experiment file; see docs/experiment-file.md",
                       Arguments::Need::kRequired);
  arguments.flag("--json", command->as_json, "Print the plan as JSON");
  declare_meters(arguments, command->meters);
  declare_calibrations(arguments, command->calibration);
  declare_root(arguments, command->root);
  declare_skip_absent(arguments, command->skip_absent);
  return [command] { return show_plan(*command); };
}

}  // namespace joulemark::cli
