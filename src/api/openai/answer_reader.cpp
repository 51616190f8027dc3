// SPDX-License-Identifier: Apache-2.0
// Answers of any server: a client's side. They are not trusted.
#include <algorithm>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/openai/answer.h"

namespace joulemark::api::openai {
namespace {

using nlohmann::json;

/// The member of that name; null where there is none.
const json& member(const json& object, const char* name) {
  static const json none;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : none;
}

std::string text_of(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// Servers do not agree on its name; some send both, with the same text.
std::string reasoning_of(const json& said) {
  std::string text = text_of(said, "reasoning_content");
  return text.empty() ? text_of(said, "reasoning") : text;
}

/// 0 for what is no whole number, or none that fits.
std::int64_t whole_of(const json& object, const char* name) {
  const json& value = member(object, name);
  if (!value.is_number_integer()) return 0;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) return 0;
  return value.get<std::int64_t>();
}

double number_of(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_number() ? value.get<double>() : 0;
}

std::optional<std::vector<std::int32_t>> ids_of(const json& object, const char* name) {
  const json& value = member(object, name);
  if (!value.is_array()) return std::nullopt;
  std::vector<std::int32_t> ids;
  for (const json& id : value) {
    const bool fits =
        id.is_number_unsigned() &&
        id.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int32_t>::max()};
    if (!fits) return std::nullopt;
    ids.push_back(id.get<std::int32_t>());
  }
  return ids;
}

/// The tokens of a chat's "content".
std::vector<TokenLogprob> listed(const json& content) {
  std::vector<TokenLogprob> tokens;
  for (const json& each : content) {
    TokenLogprob token{text_of(each, "token"), number_of(each, "logprob")};
    if (const json& top = member(each, "top_logprobs"); top.is_array())
      for (const json& likely : top)
        token.top.push_back({text_of(likely, "token"), number_of(likely, "logprob")});
    tokens.push_back(std::move(token));
  }
  return tokens;
}

/// The tokens of a completion's columns.
std::vector<TokenLogprob> paired(const json& columns) {
  const json& names = member(columns, "tokens");
  const json& numbers = member(columns, "token_logprobs");
  const json& tops = member(columns, "top_logprobs");
  std::vector<TokenLogprob> tokens;
  for (std::size_t i = 0; i < names.size() && i < numbers.size(); ++i) {
    if (!names[i].is_string()) continue;
    TokenLogprob token{names[i].get<std::string>(),
                       numbers[i].is_number() ? numbers[i].get<double>() : 0};
    if (tops.is_array() && i < tops.size() && tops[i].is_object())
      for (const auto& [name, value] : tops[i].items())
        token.top.push_back({name, value.is_number() ? value.get<double>() : 0});
    std::ranges::stable_sort(token.top, std::greater(), &Likely::logprob);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

std::optional<std::vector<TokenLogprob>> logprobs_of(const json& choice) {
  const json& value = member(choice, "logprobs");
  if (member(value, "content").is_array()) return listed(member(value, "content"));
  if (member(value, "tokens").is_array() && member(value, "token_logprobs").is_array())
    return paired(value);
  return std::nullopt;
}

Choice choice_of(const Answer& answer, const json& value) {
  const bool is_chat = answer.endpoint == Endpoint::kChat;
  const json& said =
      is_chat ? member(value, answer.part == Part::kWhole ? "message" : "delta") : value;
  Choice choice;
  choice.index = static_cast<std::int32_t>(
      std::min<std::int64_t>(std::max<std::int64_t>(whole_of(value, "index"), 0), 1 << 20));
  choice.text = text_of(said, is_chat ? "content" : "text");
  if (is_chat) choice.reasoning = reasoning_of(said);
  choice.names_role = answer.part == Part::kChunk && !text_of(said, "role").empty();
  choice.logprobs = logprobs_of(value);
  choice.token_ids = ids_of(value, "token_ids");
  choice.prompt_ids = ids_of(value, "prompt_token_ids");
  choice.finish_reason = text_of(value, "finish_reason");
  const json& stop = member(value, "stop_reason");
  if (stop.is_string()) choice.stop_text = stop.get<std::string>();
  if (stop.is_number_integer()) choice.stop_id = whole_of(value, "stop_reason");
  return choice;
}

std::optional<RequestEnergy> energy_of(const json& body) {
  const json& energy = member(member(body, "joulemark"), "energy");
  if (!energy.is_object()) return std::nullopt;
  RequestEnergy made{.window_s = number_of(energy, "window_s"),
                     .window_joules = number_of(energy, "window_joules"),
                     .share = number_of(energy, "share"),
                     .method = text_of(energy, "method"),
                     .reason = text_of(energy, "reason")};
  if (member(energy, "joules").is_number()) made.joules = number_of(energy, "joules");
  return made;
}

}  // namespace

Result<Answer> read_answer(Endpoint endpoint, Part part, std::string_view text) {
  const json body = json::parse(text, nullptr, false);
  const json& choices = member(body, "choices");
  if (!choices.is_array())
    return fail(ErrorKind::kFailed, "the server's answer is no JSON object with 'choices'");
  Answer answer{.endpoint = endpoint,
                .part = part,
                .id = text_of(body, "id"),
                .created_s = whole_of(body, "created"),
                .model = text_of(body, "model")};
  for (const json& choice : choices) answer.choices.push_back(choice_of(answer, choice));
  if (const json& usage = member(body, "usage"); usage.is_object())
    answer.usage = {whole_of(usage, "prompt_tokens"), whole_of(usage, "completion_tokens")};
  if (auto ids = ids_of(body, "prompt_token_ids"); ids && !answer.choices.empty())
    answer.choices.front().prompt_ids = std::move(ids);
  answer.energy = energy_of(body);
  return answer;
}

}  // namespace joulemark::api::openai
