// SPDX-License-Identifier: Apache-2.0
// What a language model is asked in an experiment, and how it is cut into requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "joulemark/worker_protocol.h"

namespace joulemark::run {

struct ModelPrompts {
  std::vector<std::vector<std::int32_t>> prompts;  ///< token ids; none is empty
  std::int32_t new_tokens = 1;                     ///< of each prompt
  std::vector<std::int32_t> stop_ids = {};         ///< empty: every prompt gets all of them
};

/// By place in Experiment::models; models that are no language models have none.
using PromptsOfModels = std::map<std::size_t, ModelPrompts>;

/// Batches of `batch` prompts in their order; the last one may be smaller.
protocol::PromptsRequest requests_of(const ModelPrompts& prompts, int batch);

/// How many requests are checked token for token before each window: of some prompts, not all.
std::int64_t checked_requests(int batch);

}  // namespace joulemark::run
