// SPDX-License-Identifier: Apache-2.0
// `joulemark run`: an experiment from a file.
#include <memory>

#include "cli/commands.h"
#include "cli/experiment_checks.h"
#include "cli/measurement.h"

namespace joulemark::cli {
namespace {

struct Run {
  std::string file;
  MeasurementOptions options;
};

Result<int> run(const Run& command) {
  const auto checked = read_experiment_file(command.file, [&](const Experiment& experiment) {
    return find_models(experiment, command.options.progress_style());
  });
  if (!checked) return fail(checked.error());
  MeasurementOptions options = command.options;
  options.experiment_file = command.file;
  return measure(*checked, options);
}

}  // namespace

Action declare_run(Arguments& arguments) {
  const auto command = std::make_shared<Run>();
  arguments.positional("EXPERIMENT", command->file, "Experiment file; see docs/experiment-file.md",
                       Arguments::Need::kRequired);
  command->options.declare(arguments);
  return [command] { return run(*command); };
}

}  // namespace joulemark::cli
