// SPDX-License-Identifier: Apache-2.0
// `joulemark compare`: an experiment from flags, without a file.
#include <memory>

#include "cli/commands.h"
#include "cli/descriptions.h"
#include "cli/engine_checks.h"
#include "cli/experiment_checks.h"
#include "cli/experiment_flags.h"
#include "cli/measurement.h"
#include "cli/model_checks.h"
#include "cli/output.h"
#include "config/experiment_file.h"

namespace joulemark::cli {
namespace {

struct Compare {
  ExperimentFlags flags;
  MeasurementOptions options;
  Arguments::Switch print_experiment = Arguments::Switch::kOff;
};

Result<CheckedExperiment> experiment_of(const Compare& command) {
  auto experiment = command.flags.experiment();
  if (!experiment) return fail(experiment.error());
  auto models = find_models(*experiment, command.options.progress_style());
  if (!models) return fail(models.error());
  if (experiment->factors.engine.empty()) {
    const auto path = engine::search_path_of(*experiment);
    auto engines = installed_engines(*models, path);
    if (!engines) return fail(engines.error());
    auto opened = without_unbuilt(*std::move(engines), path);
    if (!opened) return fail(opened.error());
    experiment->factors.engine = *std::move(opened);
  }
  if (auto valid = config::validate(*experiment); !valid) return fail(valid.error());
  if (auto shapes = distribute_shapes(*experiment, *models); !shapes) return fail(shapes.error());
  return CheckedExperiment{*std::move(experiment), *std::move(models)};
}

Result<int> compare(const Compare& command) {
  auto asked = experiment_of(command);
  if (!asked) return fail(asked.error());
  if (command.print_experiment == Arguments::Switch::kOn)
    return print(config::to_toml(asked->experiment));
  const auto checked = check_experiment(asked->experiment, asked->models, command.options.absent());
  if (!checked) return fail(checked.error());
  const auto code = measure(*asked, command.options);
  if (code && *code != kExitInterrupted && command.options.quiet == Arguments::Switch::kOff)
    print_note(
        "the same command with --print-experiment prints this experiment as a file for "
        "'joulemark run'");
  return code;
}

}  // namespace

Action declare_compare(Arguments& arguments) {
  const auto command = std::make_shared<Compare>();
  command->flags.declare(arguments);
  command->options.declare(arguments);
  arguments.flag("--print-experiment", command->print_experiment,
                 "Print the experiment file that this command line is equal to; measure nothing");
  return [command] { return compare(*command); };
}

}  // namespace joulemark::cli
