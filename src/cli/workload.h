// SPDX-License-Identifier: Apache-2.0
// The prompts of an experiment's language models, as their own token ids.
#pragma once

#include "base/error.h"
#include "cli/local_models.h"
#include "joulemark/experiment.h"
#include "run/model_prompts.h"

namespace joulemark::cli {

/// Reads the workload, or makes seeded prompts: as many as the largest batch, so that a pass over
/// them is the same work for every batch. Texts are cut into tokens by each model's own tokenizer,
/// with the special tokens that it adds. kUsage when the file, a line of it or the tokenizer is
/// missing or wrong, when an id is none of a model's, and when a model has no room for a prompt and
/// its tokens.
Result<run::PromptsOfModels> find_prompts(const Experiment& experiment, const LocalModels& models);

}  // namespace joulemark::cli
