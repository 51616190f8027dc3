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
  return {.ids = {},
          .has_text = false,
          .is_last = true,
          .prompt_tokens = {},
          .failure = std::move(why)};
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

/// It never goes on behind the end of a text.
std::string tgi_body(const TextAsk& ask) {
  const json parameters = {
      {"max_new_tokens", ask.new_tokens}, {"do_sample", false}, {"details", true}};
  return json({{"inputs", ask.text}, {"parameters", parameters}})
      .dump(-1, ' ', false, json::error_handler_t::replace);
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
  event.is_limited = choice.finish_reason == "length";
  return event;
}

/// What is none is left out, and missed where tokens are counted.
void add_id(const json& id, std::vector<std::int32_t>& ids) {
  if (!id.is_number_integer()) return;
  const auto number = id.get<std::int64_t>();
  if (number >= 0 && number <= std::numeric_limits<std::int32_t>::max())
    ids.push_back(static_cast<std::int32_t>(number));
}

/// The ids below "tokens".
std::vector<std::int32_t> tokens_in(const json& object) {
  std::vector<std::int32_t> ids;
  const auto list = object.find("tokens");
  if (list == object.end() || !list->is_array()) return ids;
  for (const json& id : *list) add_id(id, ids);
  return ids;
}

std::int64_t whole_member(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

TextEvent read_llama(std::string_view data) {
  const json object = json::parse(data, nullptr, false);
  if (!object.is_object()) return failed("an event that is no JSON object");
  TextEvent event;
  event.is_last = object.contains("stop") && object["stop"] == true;
  event.is_limited = text_member(object, "stop_type") == "limit";
  event.made = whole_member(object, "tokens_predicted");
  if (event.is_last) return event;  // it repeats all tokens
  event.ids = tokens_in(object);
  event.has_text = !text_member(object, "content").empty();
  return event;
}

/// One token an event; the last one has the whole text, too.
TextEvent read_tgi(std::string_view data) {
  const json object = json::parse(data, nullptr, false);
  if (!object.is_object()) return failed("an event that is no JSON object");
  TextEvent event;
  const auto token = object.find("token");
  if (token != object.end() && token->is_object()) {
    if (const auto id = token->find("id"); id != token->end()) add_id(*id, event.ids);
    event.has_text = !text_member(*token, "text").empty();
  }
  const auto text = object.find("generated_text");
  event.is_last = text != object.end() && text->is_string();
  const auto details = object.find("details");
  if (details == object.end() || !details->is_object()) return event;
  if (const auto count = details->find("input_length");
      count != details->end() && count->is_number_integer())
    event.prompt_tokens = count->get<std::int64_t>();
  return event;
}

struct Dialect {
  const char* path;
  const char* name;
  const char* demands;
  std::string (*body)(const TextAsk& ask);
  TextEvent (*read)(std::string_view data);
};

/// By TextDialect.
constexpr Dialect kDialects[] = {
    {"/v1/completions", "openai completions",
     "token ids as prompt, 'return_token_ids' and 'ignore_eos'", openai_body, read_openai},
    {"/completion", "llama.cpp completion", "token ids as prompt, 'return_tokens' and 'ignore_eos'",
     llama_body, read_llama},
    {"/generate_stream", "tgi generate_stream", "'inputs' and 'parameters' as TGI does", tgi_body,
     read_tgi}};

const Dialect& of(TextDialect dialect) {
  return kDialects[static_cast<std::size_t>(dialect)];
}

}  // namespace

const char* text_path(TextDialect dialect) {
  return of(dialect).path;
}

const char* dialect_name(TextDialect dialect) {
  return of(dialect).name;
}

const char* demands_of(TextDialect dialect) {
  return of(dialect).demands;
}

std::string text_body(TextDialect dialect, const TextAsk& ask) {
  return of(dialect).body(ask);
}

TextEvent read_text_event(TextDialect dialect, std::string_view data) {
  if (data == openai::kStreamEnd)
    return {.ids = {}, .has_text = false, .is_last = true, .prompt_tokens = {}, .failure = ""};
  if (auto error = openai::read_error(data)) return failed(std::move(error->message));
  return of(dialect).read(data);
}

}  // namespace joulemark::http_engine
