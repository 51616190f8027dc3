// SPDX-License-Identifier: Apache-2.0
// What OpenAI's API for text answers, whole and in chunks of a stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/openai/request.h"
#include "base/error.h"

namespace joulemark::api::openai {

/// What stands in the stream's last event.
inline constexpr std::string_view kStreamEnd = "[DONE]";

struct Likely {
  std::string token;
  double logprob = 0;
};

/// A token with the logarithm of its probability.
struct TokenLogprob {
  std::string token;  ///< its text
  double logprob = 0;
  std::vector<Likely> top = {};  ///< the likeliest at its place, in order
};

/// One answer to one prompt, or a part of it.
struct Choice {
  std::int32_t index = 0;
  std::string text = {};
  std::string reasoning = {};  ///< what a chat thought in front of its text; read, never written
  bool names_role = false;     ///< of a chat's first chunk
  std::optional<std::vector<TokenLogprob>> logprobs = {};
  std::int64_t text_offset = 0;  ///< in characters, of the first of `logprobs`
  std::optional<std::vector<std::int32_t>> token_ids = {};   ///< where they were asked for
  std::optional<std::vector<std::int32_t>> prompt_ids = {};  ///< likewise
  std::string finish_reason = {};                            ///< "stop", "length"; "": not yet
  std::optional<std::int64_t> stop_id = {};                  ///< the token of it that stopped it
  std::optional<std::string> stop_text = {};                 ///< likewise the text
};

struct Usage {
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
};

/// What joulemark-server adds on request. Without `joules` there is a reason.
struct RequestEnergy {
  std::optional<double> joules = {};
  double window_s = 0;
  double window_joules = 0;
  double share = 0;
  std::string method = {};
  std::string reason = {};
};

enum class Part { kWhole, kChunk };

struct Answer {
  Endpoint endpoint = Endpoint::kCompletions;
  Part part = Part::kWhole;
  std::string id = {};
  std::int64_t created_s = 0;  ///< since the epoch
  std::string model = {};
  std::vector<Choice> choices = {};
  std::optional<Usage> usage = {};
  std::optional<RequestEnergy> energy = {};
};

std::string write_answer(const Answer& answer);

/// Of any server: what is absent stays as it was made. kFailed for what is no such answer.
Result<Answer> read_answer(Endpoint endpoint, Part part, std::string_view json);

}  // namespace joulemark::api::openai
