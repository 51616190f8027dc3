// SPDX-License-Identifier: Apache-2.0
// The table of a request's fields.
#include "api/openai/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/openai/fields.h"
#include "api/openai/prompt.h"

namespace joulemark::api::openai {
namespace {

using nlohmann::json;

constexpr std::int32_t kMostTokens = 1 << 24;
constexpr std::int32_t kMostAnswers = 128;
constexpr std::int32_t kMostLogprobs = 20;
constexpr std::int32_t kLargestId = std::numeric_limits<std::int32_t>::max();

enum class For { kBoth, kCompletions, kChat };

struct Row {
  std::string_view name;
  For what;
  void (*read)(const Field& field, TextRequest& request);
};

void read_max_tokens(const Field& field, TextRequest& request) {
  const auto most = static_cast<std::int32_t>(field.integer(1, kMostTokens));
  if (request.max_tokens && *request.max_tokens != most)
    field.refuse("'max_tokens' and 'max_completion_tokens' differ; give one of them");
  request.max_tokens = most;
}

void read_stream_options(const Field& field, TextRequest& request) {
  if (!field.value.is_object()) return field.refuse("'stream_options' is an object");
  for (const auto& [key, value] : field.value.items()) {
    if (value.is_null()) continue;
    const Field option{field.name, value, field.error};
    if (key == "include_usage")
      request.include_usage = option.flag();
    else if (key == "continuous_usage_stats")
      request.continuous_usage = option.flag();
    else if (key != "include_obfuscation" || option.flag())
      option.refuse(fmt::format("'{}' of 'stream_options' is not supported", key));
  }
}

void read_energy(const Field& field, TextRequest& request) {
  const auto is_known = [](const json& value) {
    return value.is_object() && value.size() == 1 && value.contains("energy") &&
           value["energy"].is_boolean();
  };
  if (!is_known(field.value)) return field.refuse(R"('joulemark' is {"energy": true})");
  request.energy = field.value["energy"].get<bool>();
}

void read_stop_ids(const Field& field, TextRequest& request) {
  if (!field.value.is_array()) return field.refuse("'stop_token_ids' is an array of token ids");
  request.stop_token_ids = field.ids();
}

constexpr double kAnyPenalty = 100;

constexpr Row kRows[] = {
    {"model", For::kBoth, [](const Field& f, TextRequest& r) { r.model = f.text(); }},
    {"prompt", For::kCompletions,
     [](const Field& f, TextRequest& r) { r.prompts = read_prompts(f); }},
    {"messages", For::kChat,
     [](const Field& f, TextRequest& r) { r.messages_json = read_messages(f); }},
    {"max_tokens", For::kBoth, read_max_tokens},
    {"max_completion_tokens", For::kBoth, read_max_tokens},
    {"n", For::kBoth,
     [](const Field& f, TextRequest& r) {
       r.n = static_cast<std::int32_t>(f.integer(1, kMostAnswers));
     }},
    {"temperature", For::kBoth,
     [](const Field& f, TextRequest& r) { r.temperature = f.number(0, 2); }},
    {"top_p", For::kBoth, [](const Field& f, TextRequest& r) { r.top_p = f.number(1e-6, 1); }},
    {"top_k", For::kBoth,
     [](const Field& f, TextRequest& r) {
       r.top_k = static_cast<std::int32_t>(std::max<std::int64_t>(0, f.integer(-1, kLargestId)));
     }},
    {"min_p", For::kBoth, [](const Field& f, TextRequest& r) { r.min_p = f.number(0, 1); }},
    {"presence_penalty", For::kBoth,
     [](const Field& f, TextRequest& r) { r.presence_penalty = f.number(-2, 2); }},
    {"frequency_penalty", For::kBoth,
     [](const Field& f, TextRequest& r) { r.frequency_penalty = f.number(-2, 2); }},
    {"repetition_penalty", For::kBoth,
     [](const Field& f, TextRequest& r) {
       r.repetition_penalty = f.number(1 / kAnyPenalty, kAnyPenalty);
     }},
    {"seed", For::kBoth,
     [](const Field& f, TextRequest& r) { r.seed = f.integer(INT64_MIN, INT64_MAX); }},
    {"stop", For::kBoth, [](const Field& f, TextRequest& r) { r.stop = read_stops(f); }},
    {"stop_token_ids", For::kBoth, read_stop_ids},
    {"ignore_eos", For::kBoth, [](const Field& f, TextRequest& r) { r.ignore_eos = f.flag(); }},
    {"echo", For::kCompletions, [](const Field& f, TextRequest& r) { r.echo = f.flag(); }},
    {"logprobs", For::kCompletions,
     [](const Field& f, TextRequest& r) {
       r.logprobs = static_cast<std::int32_t>(f.integer(0, kMostLogprobs));
     }},
    {"logprobs", For::kChat,
     [](const Field& f, TextRequest& r) {
       if (f.flag()) r.logprobs = r.logprobs.value_or(0);
     }},
    {"top_logprobs", For::kChat,
     [](const Field& f, TextRequest& r) {
       r.logprobs = static_cast<std::int32_t>(f.integer(0, kMostLogprobs));
     }},
    {"stream", For::kBoth, [](const Field& f, TextRequest& r) { r.stream = f.flag(); }},
    {"stream_options", For::kBoth, read_stream_options},
    {"return_token_ids", For::kBoth,
     [](const Field& f, TextRequest& r) { r.return_token_ids = f.flag(); }},
    {"add_special_tokens", For::kBoth,
     [](const Field& f, TextRequest& r) { r.add_special_tokens = f.flag(); }},
    {"add_generation_prompt", For::kChat,
     [](const Field& f, TextRequest& r) { r.add_generation_prompt = f.flag(); }},
    {"joulemark", For::kBoth, read_energy},
};

/// Fields that say who asks, what for, or where a provider is to keep or bill the answer: nothing
/// of it changes the text.
constexpr std::string_view kIgnored[] = {"user",
                                         "metadata",
                                         "store",
                                         "service_tier",
                                         "safety_identifier",
                                         "prompt_cache_key",
                                         "prompt_cache_retention"};

/// What would change the text. Each may be there with one of the values that change nothing.
struct Unsupported {
  std::string_view name;
  std::string_view harmless;  ///< a JSON array of these values
};
constexpr Unsupported kUnsupported[] = {
    {"audio", "[]"},
    {"best_of", "[1]"},
    {"chat_template", "[]"},
    {"chat_template_kwargs", "[{}]"},
    {"function_call", R"(["none"])"},
    {"functions", "[[]]"},
    {"guided_json", "[]"},
    {"logit_bias", "[{}]"},
    {"min_tokens", "[0]"},
    {"modalities", R"([["text"]])"},
    {"parallel_tool_calls", "[true, false]"},
    {"prediction", "[]"},
    {"prompt_logprobs", "[]"},
    {"reasoning_effort", "[]"},
    {"response_format", R"([{"type": "text"}])"},
    {"skip_special_tokens", "[true]"},
    {"suffix", R"([""])"},
    {"tool_choice", R"(["none", "auto"])"},
    {"tools", "[[]]"},
    {"use_beam_search", "[false]"},
    {"verbosity", "[]"},
    {"web_search_options", "[]"},
};

bool is_for(const Row& row, Endpoint endpoint) {
  return row.what == For::kBoth || (row.what == For::kChat) == (endpoint == Endpoint::kChat);
}

void read_field(const Field& field, TextRequest& request) {
  for (const Row& row : kRows)
    if (row.name == field.name && is_for(row, request.endpoint)) return row.read(field, request);
  if (std::ranges::find(kIgnored, field.name) != std::end(kIgnored)) return;
  const auto found = std::ranges::find(kUnsupported, field.name, &Unsupported::name);
  if (found == std::end(kUnsupported))
    return field.refuse(fmt::format("there is no field '{}' here", field.name));
  const json harmless = json::parse(found->harmless);
  if (std::ranges::find(harmless, field.value) == harmless.end())
    field.refuse(fmt::format("'{}' is not supported", field.name));
}

void check(const json& body, const TextRequest& request, std::optional<ApiError>& error) {
  const auto refuse = [&](const char* name, const char* message) {
    if (!error) error = ApiError{.message = message, .param = name};
  };
  const bool is_chat = request.endpoint == Endpoint::kChat;
  if (is_chat && request.messages_json.empty()) refuse("messages", "'messages' is missing");
  if (!is_chat && request.prompts.empty()) refuse("prompt", "'prompt' is missing");
  if (request.prompts.size() * static_cast<std::size_t>(request.n) > kMostAnswers)
    refuse("n", "a request has at most 128 answers, 'n' to each prompt");
  if (request.echo && request.logprobs)
    refuse("logprobs", "'logprobs' is not supported with 'echo': a prompt's tokens have none here");
  if (is_chat && request.logprobs && body.value("logprobs", json()) != true)
    refuse("top_logprobs", "'top_logprobs' needs 'logprobs': true");
  if (!request.stream && body.contains("stream_options") && !body["stream_options"].is_null())
    refuse("stream_options", "'stream_options' needs 'stream': true");
}

}  // namespace

tl::expected<TextRequest, ApiError> read_request(Endpoint endpoint, std::string_view text) {
  const json body = json::parse(text, nullptr, false);
  if (!body.is_object())
    return tl::unexpected(ApiError{.message = "the body of the request is no JSON object"});
  TextRequest request{.endpoint = endpoint};
  std::optional<ApiError> error;
  for (const auto& [name, value] : body.items())
    if (!value.is_null()) read_field({name, value, error}, request);
  if (!error) check(body, request, error);
  if (error) return tl::unexpected(*std::move(error));
  return request;
}

}  // namespace joulemark::api::openai
