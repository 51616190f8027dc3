// SPDX-License-Identifier: Apache-2.0
// `joulemark run`: an experiment from a file.
#include <memory>

#include "cli/calibration_flag.h"
#include "cli/commands.h"
#include "cli/experiment_checks.h"
#include "cli/measurement.h"
#include "cli/meter_flag.h"

namespace joulemark::cli {
namespace {

struct Run {
  std::string file;
  std::vector<std::string> meters;
  std::vector<std::string> calibration;
  MeasurementOptions options;
};

/// That of the file, or of the store where none is named.
Result<CheckedExperiment> experiment_of(const Run& command) {
  const ModelFinder find = [&](const Experiment& experiment) {
    return find_models(experiment, command.options.progress_style());
  };
  if (!command.file.empty())
    return read_experiment_file(command.file, find, command.options.absent());
  if (command.options.resume.on == Arguments::Switch::kOff)
    return fail(ErrorKind::kUsage,
                "EXPERIMENT is missing: name a file, or give --resume to go on with what the store "
                "has");
  auto asked = asked_of_store(command.options.store, command.options.resume);
  if (!asked) return fail(asked.error());
  return check_again(*std::move(asked), find, command.options.absent());
}

Result<int> run(const Run& command) {
  if (const auto meters = meters_from(command.meters); !meters) return fail(meters.error());
  if (const auto all = calibrations_from(command.calibration); !all) return fail(all.error());
  if (auto resume = command.options.resume.check(); !resume) return fail(resume.error());
  auto checked = experiment_of(command);
  if (!checked) return fail(checked.error());
  if (!command.meters.empty()) checked->experiment.meters = command.meters;
  if (!command.calibration.empty()) checked->experiment.calibration = command.calibration;
  MeasurementOptions options = command.options;
  options.experiment_file = command.file;
  return measure(*checked, options);
}

}  // namespace

Action declare_run(Arguments& arguments) {
  const auto command = std::make_shared<Run>();
  arguments.positional(
      "EXPERIMENT", command->file,
      "Experiment file; see docs/experiment-file.md. None with --resume: what the store "
      "has",
      Arguments::Need::kOptional);
  declare_meters(arguments, command->meters);
  declare_calibrations(arguments, command->calibration);
  command->options.declare(arguments);
  command->options.resume.declare(arguments);
  return [command] { return run(*command); };
}

}  // namespace joulemark::cli
