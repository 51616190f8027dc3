// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/openai/answer.h"

namespace joulemark::api::openai {
namespace {

using nlohmann::ordered_json;

std::int64_t characters_of(const std::string& text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
}

/// Tokens beside their numbers and places, as completions have them.
ordered_json columns(const Choice& choice) {
  ordered_json made = {{"text_offset", ordered_json::array()},
                       {"token_logprobs", ordered_json::array()},
                       {"tokens", ordered_json::array()},
                       {"top_logprobs", ordered_json::array()}};
  std::int64_t offset = choice.text_offset;
  for (const TokenLogprob& token : *choice.logprobs) {
    made["text_offset"].push_back(offset);
    offset += characters_of(token.token);
    made["token_logprobs"].push_back(token.logprob);
    made["tokens"].push_back(token.token);
    ordered_json beside = ordered_json::object();
    for (const Likely& likely : token.top) beside[likely.token] = likely.logprob;
    made["top_logprobs"].push_back(std::move(beside));
  }
  return made;
}

ordered_json one_token(const std::string& text, double logprob) {
  ordered_json bytes = ordered_json::array();
  for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
  return {{"token", text}, {"logprob", logprob}, {"bytes", std::move(bytes)}};
}

/// A list of objects, as chat has it.
ordered_json content(const Choice& choice) {
  ordered_json list = ordered_json::array();
  for (const TokenLogprob& token : *choice.logprobs) {
    ordered_json made = one_token(token.token, token.logprob);
    made["top_logprobs"] = ordered_json::array();
    for (const Likely& likely : token.top)
      made["top_logprobs"].push_back(one_token(likely.token, likely.logprob));
    list.push_back(std::move(made));
  }
  return {{"content", std::move(list)}, {"refusal", nullptr}};
}

ordered_json message(const Choice& choice, Part part) {
  if (part == Part::kWhole)
    return {{"role", "assistant"}, {"content", choice.text}, {"refusal", nullptr}};
  ordered_json delta = ordered_json::object();
  if (choice.names_role) delta["role"] = "assistant";
  if (choice.names_role || !choice.text.empty()) delta["content"] = choice.text;
  return delta;
}

ordered_json stop_reason(const Choice& choice) {
  if (choice.stop_text) return *choice.stop_text;
  return choice.stop_id ? ordered_json(*choice.stop_id) : ordered_json();
}

ordered_json choice_json(const Answer& answer, const Choice& choice) {
  const bool is_chat = answer.endpoint == Endpoint::kChat;
  ordered_json made = {{"index", choice.index}};
  if (is_chat)
    made[answer.part == Part::kWhole ? "message" : "delta"] = message(choice, answer.part);
  else
    made["text"] = choice.text;
  made["logprobs"] =
      !choice.logprobs ? ordered_json() : (is_chat ? content(choice) : columns(choice));
  const bool is_over = !choice.finish_reason.empty();
  made["finish_reason"] = is_over ? ordered_json(choice.finish_reason) : ordered_json();
  if (is_over) made["stop_reason"] = stop_reason(choice);
  if (choice.token_ids) made["token_ids"] = *choice.token_ids;
  if (choice.prompt_ids && !is_chat) made["prompt_token_ids"] = *choice.prompt_ids;
  return made;
}

const char* object_name(const Answer& answer) {
  if (answer.endpoint == Endpoint::kCompletions) return "text_completion";
  return answer.part == Part::kWhole ? "chat.completion" : "chat.completion.chunk";
}

/// An energy that was not measured is null beside its reason.
ordered_json energy_json(const RequestEnergy& energy) {
  if (!energy.joules) return {{"joules", nullptr}, {"reason", energy.reason}};
  return {{"joules", *energy.joules},
          {"window_s", energy.window_s},
          {"window_joules", energy.window_joules},
          {"share", energy.share},
          {"method", energy.method}};
}

}  // namespace

std::string write_answer(const Answer& answer) {
  ordered_json made = {{"id", answer.id},
                       {"object", object_name(answer)},
                       {"created", answer.created_s},
                       {"model", answer.model},
                       {"choices", ordered_json::array()}};
  for (const Choice& choice : answer.choices) {
    made["choices"].push_back(choice_json(answer, choice));
    if (choice.prompt_ids && answer.endpoint == Endpoint::kChat)
      made["prompt_token_ids"] = *choice.prompt_ids;
  }
  if (answer.usage)
    made["usage"] = {
        {"prompt_tokens", answer.usage->prompt_tokens},
        {"completion_tokens", answer.usage->completion_tokens},
        {"total_tokens", answer.usage->prompt_tokens + answer.usage->completion_tokens}};
  if (answer.energy) made["joulemark"] = {{"energy", energy_json(*answer.energy)}};
  return made.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace joulemark::api::openai
