// SPDX-License-Identifier: Apache-2.0
// What can be known about an experiment's models before anything is measured.
#pragma once

#include "base/error.h"
#include "cli/local_models.h"
#include "joulemark/experiment.h"

namespace joulemark::cli {

/// Gives each model only those shapes whose input it has, as one --shape stands for all models.
/// kUsage for a shape whose input no model has; fails like check_models.
Status distribute_shapes(Experiment& experiment, const LocalModels& models);

/// Where the batch is left at 1 and the inputs of a model have another of themselves (fixed first
/// dimensions of images, given files), takes that one for the experiment and says so on stderr.
void settle_batch(Experiment& experiment, const LocalModels& models);

/// Shortens the generated texts of checkpoints that have no room for as many tokens as are taken
/// otherwise, and says so on stderr.
void settle_length(Experiment& experiment, const LocalModels& models);

/// Reads every model file as far as its header goes, and given inputs. kUsage for a file that does
/// not exist, for a folder that is no model, and for inputs, shapes or batches that do not fit
/// (model/inputs.h), kFailed for a model that is truncated or no ONNX model or lacks its external
/// data. Says on stderr where batch 1 counts several rows as one inference.
Status check_models(const Experiment& experiment, const LocalModels& models);

}  // namespace joulemark::cli
