// SPDX-License-Identifier: Apache-2.0
// How a text is asked for, token by token, and what a server's events say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark::http_engine {

struct TextAsk {
  std::string model;  ///< on the server
  std::vector<std::int32_t> prompt;
  std::int32_t new_tokens = 1;
  bool ignores_eos = true;
  std::string text = {};   ///< TGI: the prompt
  std::string cache_salt;  ///< vLLM: keeps a text from what others left in its cache; "": none
};

/// One event of a stream.
struct TextEvent {
  std::vector<std::int32_t> ids;  ///< new tokens
  bool has_text = false;          ///< it brings text
  bool is_last = false;
  bool is_limited = false;  ///< the text ends at a limit: the one asked for, or the server's own
  std::int64_t made = 0;    ///< tokens of the text so far, as the server counts; 0: it does not say
  std::optional<std::int64_t> prompt_tokens = {};  ///< as the server counts them
  std::string failure;  ///< the server's own words; "" where there is none
};

/// The ways of asking. Stateless.
enum class TextDialect { kOpenAi, kLlamaCpp, kTgi };

const char* text_path(TextDialect dialect);
/// "openai completions": for `effective`.
const char* dialect_name(TextDialect dialect);
/// What a server is asked with, and has to take: "token ids as prompt, …".
const char* demands_of(TextDialect dialect);
/// The JSON body of a greedy, streamed request.
std::string text_body(TextDialect dialect, const TextAsk& ask);
/// The data of an event.
TextEvent read_text_event(TextDialect dialect, std::string_view data);

}  // namespace joulemark::http_engine
