// SPDX-License-Identifier: Apache-2.0
// What Triton's configuration extension tells of a model: GET /v2/models/{model}/config.
#pragma once

#include <string>

#include "serve/engine/job_queue.h"
#include "serve/engine/service.h"

namespace joulemark::serve {

/// As Triton writes its ModelConfig in JSON. `max_batch_size` is that of the rule, and the first
/// dimension of every tensor is left out; 0 where the model has another number of rows than its
/// clients may choose.
std::string model_config(const ServedModel& model, const BatchRule& rule);

}  // namespace joulemark::serve
