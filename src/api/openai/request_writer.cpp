// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "api/openai/request.h"

namespace joulemark::api::openai {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// Writes what differs from the default.
template <class T>
void put(ordered_json& body, const char* name, const T& value, const T& usual) {
  if (value != usual) body[name] = value;
}

ordered_json prompt_json(const Prompt& prompt) {
  return std::visit([](const auto& value) { return ordered_json(value); }, prompt);
}

void put_work(ordered_json& body, const TextRequest& request) {
  if (request.endpoint == Endpoint::kChat) {
    body["messages"] = ordered_json::parse(request.messages_json, nullptr, false);
  } else if (request.prompts.size() == 1) {
    body["prompt"] = prompt_json(request.prompts.front());
  } else {
    for (const Prompt& prompt : request.prompts) body["prompt"].push_back(prompt_json(prompt));
  }
  if (request.max_tokens) body["max_tokens"] = *request.max_tokens;
}

void put_sampling(ordered_json& body, const TextRequest& request) {
  const TextRequest usual;
  body["temperature"] = request.temperature;
  put(body, "top_p", request.top_p, usual.top_p);
  put(body, "top_k", request.top_k, usual.top_k);
  put(body, "min_p", request.min_p, usual.min_p);
  put(body, "presence_penalty", request.presence_penalty, usual.presence_penalty);
  put(body, "frequency_penalty", request.frequency_penalty, usual.frequency_penalty);
  put(body, "repetition_penalty", request.repetition_penalty, usual.repetition_penalty);
  if (request.seed) body["seed"] = *request.seed;
}

void put_logprobs(ordered_json& body, const TextRequest& request) {
  if (!request.logprobs) return;
  if (request.endpoint == Endpoint::kCompletions) {
    body["logprobs"] = *request.logprobs;
    return;
  }
  body["logprobs"] = true;
  body["top_logprobs"] = *request.logprobs;
}

void put_stream(ordered_json& body, const TextRequest& request) {
  if (!request.stream) return;
  body["stream"] = true;
  if (request.include_usage) body["stream_options"]["include_usage"] = true;
  if (request.continuous_usage) body["stream_options"]["continuous_usage_stats"] = true;
}

}  // namespace

std::string write_request(const TextRequest& request) {
  ordered_json body = ordered_json::object();
  put(body, "model", request.model, std::string());
  put_work(body, request);
  put(body, "n", request.n, 1);
  put_sampling(body, request);
  put(body, "stop", request.stop, {});
  put(body, "stop_token_ids", request.stop_token_ids, {});
  put(body, "ignore_eos", request.ignore_eos, false);
  put(body, "echo", request.echo, false);
  put_logprobs(body, request);
  put_stream(body, request);
  put(body, "return_token_ids", request.return_token_ids, false);
  if (request.add_special_tokens) body["add_special_tokens"] = *request.add_special_tokens;
  put(body, "add_generation_prompt", request.add_generation_prompt, true);
  if (request.energy) body["joulemark"]["energy"] = true;
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace joulemark::api::openai
