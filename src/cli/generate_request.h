// SPDX-License-Identifier: Apache-2.0
// What `joulemark generate` is told, and what a worker is asked for that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/engine_flags.h"
#include "engine/discovery.h"
#include "joulemark/worker_protocol.h"
#include "run/generation.h"
#include "tokenizer/tokenizer.h"

namespace joulemark::cli {

/// The flags as they were given.
struct GenerateFlags {
  std::string model;
  EngineFlags engine;
  std::string logits = protocol::kLogitsNames[0];
  std::vector<std::string> prompts;
  std::vector<std::string> token_ids;
  std::optional<std::int64_t> max_new_tokens;
  std::optional<double> time_limit_s;
  Arguments::Switch ignore_eos = Arguments::Switch::kOff;
  Arguments::Switch as_json = Arguments::Switch::kOff;
};

/// The tokenizer of the model; empty when it has none and no prompt is a text. kUsage when a text
/// needs one.
Result<std::optional<tokenizer::Tokenizer>> load_tokenizer(const GenerateFlags& flags);

/// Prompts as ids, and how far they go on; the model's file is not set. kUsage for flags that are
/// wrong.
Result<run::GenerationTask> generation_task(const GenerateFlags& flags,
                                            const std::optional<tokenizer::Tokenizer>& tokenizer);

/// The engine as it is found on `path`. kUsage for flags that are wrong, else as find_engine.
Result<run::OpenRequest> open_request(const GenerateFlags& flags, const engine::SearchPath& path);

/// Nanoseconds that all may take. kUsage for a limit that is none.
Result<Nanoseconds> time_limit(const GenerateFlags& flags);

}  // namespace joulemark::cli
