// SPDX-License-Identifier: Apache-2.0
// Requests of OpenAI's completions and chat completions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/openai/request.h"
#include "load/workload.h"

namespace joulemark::load {

struct TextOptions {
  http::Call call = {};  ///< address and headers; the rest is filled in
  /// As every request has it, but for prompt and tokens. With ignore_eos all of them are the same
  /// work, and token counts are compared.
  api::openai::TextRequest request = {};
  std::vector<api::openai::Prompt> prompts = {};  ///< taken in turn; none: generated, each another
  std::int32_t prompt_tokens = 128;               ///< of generated prompts
  std::int32_t new_tokens = 64;
  std::int32_t vocabulary = 1000;  ///< generated ids are below it
  std::uint64_t seed = 1;
};

/// Generated prompts are token ids; of a chat, which takes none, words, whose tokens the server
/// counts.
std::unique_ptr<Workload> make_text_workload(TextOptions options);

}  // namespace joulemark::load
