// SPDX-License-Identifier: Apache-2.0
// Everything about an experiment that can be wrong whatever is installed on this machine.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "cli/engine_checks.h"
#include "cli/local_models.h"
#include "config/experiment_file.h"
#include "joulemark/experiment.h"

namespace joulemark::cli {

/// An experiment from command line flags against the manifests of its engines and its model files,
/// with the values of options spelled as the engines do. The first mistake: kUsage, or kFailed for
/// a model that cannot be read.
Status check_experiment(Experiment& experiment, const LocalModels& models, AbsentEngines absent);

struct CheckedExperiment {
  Experiment experiment;
  LocalModels models;
};

/// find_models or find_models_here.
using ModelFinder = std::function<Result<LocalModels>(const Experiment&)>;

/// Reads an experiment file, finds its models and checks it in the same way. All mistakes, each
/// with its place.
Result<CheckedExperiment> read_experiment_file(const std::string& file, const ModelFinder& find,
                                               AbsentEngines absent);

/// The same with an experiment that was checked once, when it began. The first mistake.
Result<CheckedExperiment> check_again(Experiment experiment, const ModelFinder& find,
                                      AbsentEngines absent);

}  // namespace joulemark::cli
