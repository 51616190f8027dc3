// SPDX-License-Identifier: Apache-2.0
// What OpenAI's API for text is asked: POST /v1/completions and /v1/chat/completions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "api/openai/error.h"

namespace joulemark::api::openai {

enum class Endpoint { kCompletions, kChat };

/// A text, or token ids.
using Prompt = std::variant<std::string, std::vector<std::int32_t>>;

/// Defaults are the API's. Fields that OpenAI lacks are named as vLLM names them.
struct TextRequest {
  Endpoint endpoint = Endpoint::kCompletions;
  std::string model = {};                       ///< "" where it is not named
  std::vector<Prompt> prompts = {};             ///< of completions: at least one
  std::string messages_json = {};               ///< of chat: role, content (a text), name
  std::optional<std::int32_t> max_tokens = {};  ///< of each answer
  std::int32_t n = 1;                           ///< answers to each prompt
  double temperature = 1;                       ///< 0 … 2
  double top_p = 1;                             ///< > 0
  std::int32_t top_k = 0;                       ///< 0: all; -1 is read as 0
  double min_p = 0;                             ///< 0 … 1
  double presence_penalty = 0;                  ///< -2 … 2
  double frequency_penalty = 0;                 ///< -2 … 2
  double repetition_penalty = 1;                ///< > 0
  std::optional<std::int64_t> seed = {};
  std::vector<std::string> stop = {};  ///< at most 4, none empty
  std::vector<std::int32_t> stop_token_ids = {};
  bool ignore_eos = false;
  bool echo = false;                          ///< of completions: the prompt stands in front
  std::optional<std::int32_t> logprobs = {};  ///< so many tokens beside each chosen one
  bool stream = false;
  bool include_usage = false;     ///< in the last chunk of a stream
  bool continuous_usage = false;  ///< in every one
  bool return_token_ids = false;
  std::optional<bool> add_special_tokens = {};  ///< to prompts that are texts
  bool add_generation_prompt = true;            ///< of chat
  bool energy = false;                          ///< "joulemark": {"energy": true}
};

/// A server's side. What the API has and this does not is refused by its name unless it says what
/// is done anyway; so is what nobody knows. The error names the field.
tl::expected<TextRequest, ApiError> read_request(Endpoint endpoint, std::string_view json);

/// A client's side: what is not as the API has it by default.
std::string write_request(const TextRequest& request);

}  // namespace joulemark::api::openai
