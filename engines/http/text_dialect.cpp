// SPDX-License-Identifier: Apache-2.0
#include "text_dialect.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "api/json/write.h"
#include "api/openai/answer.h"
#include "api/openai/error.h"
#include "api/openai/request.h"
#include "server_talk.h"

namespace joulemark::http_engine {
namespace {

namespace openai = api::openai;
using nlohmann::json;

TextEvent failed(std::string why) {
  return {.ids = {}, .has_text = false, .is_last = true, .failure = std::move(why)};
}

std::string openai_body(const TextAsk& ask) {
  openai::TextRequest request;
  request.model = ask.model;
  request.prompts = {ask.prompt};
  request.max_tokens = ask.new_tokens;
  request.temperature = 0;
  request.ignore_eos = ask.ignores_eos;
  request.stream = true;
  request.return_token_ids = true;
  std::string body = openai::write_request(request);
  if (!ask.cache_salt.empty()) {
    body.pop_back();
    body += ",\"cache_salt\":" + api::quoted(ask.cache_salt) + "}";
  }
  return body;
}

/// A prompt that comes again shall be computed again.
std::string llama_body(const TextAsk& ask) {
  return json({{"prompt", ask.prompt},
               {"n_predict", ask.new_tokens},
               {"temperature", 0},
               {"stream", true},
               {"cache_prompt", false},
               {"return_tokens", true},
               {"ignore_eos", ask.ignores_eos}})
      .dump();
}

TextEvent read_openai(std::string_view data) {
  const auto answer =
      openai::read_answer(openai::Endpoint::kCompletions, openai::Part::kChunk, data);
  if (!answer) return failed(answer.error().message);
  TextEvent event;
  if (answer->choices.empty()) return event;  // usage
  const openai::Choice& choice = answer->choices.front();
  event.ids = choice.token_ids.value_or(std::vector<std::int32_t>());
  event.has_text = !choice.text.empty();
  event.is_last = !choice.finish_reason.empty();
  return event;
}

/// The ids below "tokens"; those that are none are left out, and missed where tokens are counted.
std::vector<std::int32_t> tokens_in(const json& object) {
  std::vector<std::int32_t> ids;
  const auto list = object.find("tokens");
  if (list == object.end() || !list->is_array()) return ids;
  for (const json& id : *list) {
    if (!id.is_number_integer()) continue;
    const auto number = id.get<std::int64_t>();
    if (number >= 0 && number <= std::numeric_limits<std::int32_t>::max())
      ids.push_back(static_cast<std::int32_t>(number));
  }
  return ids;
}

TextEvent read_llama(std::string_view data) {
  const json object = json::parse(data, nullptr, false);
  if (!object.is_object()) return failed("an event that is no JSON object");
  TextEvent event;
  event.is_last = object.contains("stop") && object["stop"] == true;
  if (event.is_last) return event;  // it repeats all tokens
  event.ids = tokens_in(object);
  event.has_text = !text_member(object, "content").empty();
  return event;
}

}  // namespace

const char* text_path(TextDialect dialect) {
  return dialect == TextDialect::kOpenAi ? "/v1/completions" : "/completion";
}

const char* dialect_name(TextDialect dialect) {
  return dialect == TextDialect::kOpenAi ? "openai completions" : "llama.cpp completion";
}

std::string text_body(TextDialect dialect, const TextAsk& ask) {
  return dialect == TextDialect::kOpenAi ? openai_body(ask) : llama_body(ask);
}

TextEvent read_text_event(TextDialect dialect, std::string_view data) {
  if (data == openai::kStreamEnd)
    return {.ids = {}, .has_text = false, .is_last = true, .failure = ""};
  if (auto error = openai::read_error(data)) return failed(std::move(error->message));
  return dialect == TextDialect::kOpenAi ? read_openai(data) : read_llama(data);
}

}  // namespace joulemark::http_engine
