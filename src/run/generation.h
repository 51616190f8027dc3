// SPDX-License-Identifier: Apache-2.0
// A batch of prompts through a language model, in a worker of its own.
#pragma once

#include <optional>
#include <string>

#include "run/conversation.h"
#include "run/generated.h"

namespace joulemark::run {

struct GenerationTask {
  std::string model;  ///< the file that the engine loads
  std::string precision = "f32";
  protocol::GenerateRequest request;
};

struct Generation {
  Loaded loaded;
  std::optional<Built> built = {};
  Generated generated;
};

/// Fails as converse does, and with kUnsupported for a model that is no language model.
Result<Generation> generate(const ConverseOptions& options, const GenerationTask& task,
                            WorkerRunner& workers);

}  // namespace joulemark::run
