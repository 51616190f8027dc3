// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/texts.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "base/random.h"
#include "serve/openai/answering.h"
#include "serve/openai/choice.h"
#include "serve/openai/failure.h"

namespace joulemark::serve {
namespace {

using namespace api::openai;  // NOLINT(google-build-using-namespace)

/// A body up to this is read in the server's thread: that takes a few milliseconds at worst.
constexpr std::size_t kLargestInPlace = std::size_t{16} << 10;

const char* route_of(Endpoint endpoint) {
  return endpoint == Endpoint::kChat ? "/v1/chat/completions" : "/v1/completions";
}

std::optional<ApiError> check_model(const TextRequest& request, const ServedModel& model) {
  if (!request.model.empty() && request.model != model.name)
    return ApiError{.status = 404,
                    .message = fmt::format("there is no model '{}' here; '{}' is served",
                                           request.model, model.name),
                    .param = "model",
                    .code = "model_not_found"};
  if (model.vocabulary) return std::nullopt;
  return ApiError{.message = fmt::format("'{0}' is no language model; its tensors are at "
                                         "/v2/models/{0}/infer",
                                         model.name),
                  .param = "model"};
}

/// A generator's seed for one of a request's answers; that of the first is the request's own.
std::uint64_t seed_of(std::uint64_t seed, std::int32_t answer) {
  return answer == 0 ? seed : Random(seed, static_cast<std::uint64_t>(answer)).next();
}

std::int64_t tokens_of(const std::vector<ModelPrompt>& prompts) {
  std::int64_t tokens = 0;
  for (const ModelPrompt& prompt : prompts) tokens += static_cast<std::int64_t>(prompt.ids.size());
  return tokens;
}

std::shared_ptr<ChoiceRule> rule_of(TextRequest request, const TextTools& tools) {
  auto rule = std::make_shared<ChoiceRule>(ChoiceRule{std::move(request), tools, {}});
  if (!rule->request.ignore_eos) rule->stop_ids = tools.stop_ids;
  const auto& own = rule->request.stop_token_ids;
  rule->stop_ids.insert(rule->stop_ids.end(), own.begin(), own.end());
  return rule;
}

ChoiceBegin begin_of(const TextRequest& request, const ModelPrompt& prompt, std::int32_t index) {
  ChoiceBegin begin{.index = index};
  if (request.echo) begin.echo = prompt.text;
  if (request.return_token_ids) begin.prompt_ids = prompt.ids;
  return begin;
}

std::string id_of(Endpoint endpoint, std::uint64_t number) {
  return fmt::format("{}-{:016x}", endpoint == Endpoint::kChat ? "chatcmpl" : "cmpl", number);
}

/// Without a seed of its own the request's number is one, so that equal requests differ.
Sampling sampling_of(const TextRequest& request, std::uint64_t number) {
  return {
      .temperature = request.temperature,
      .top_p = request.top_p,
      .top_k = request.top_k,
      .min_p = request.min_p,
      .presence_penalty = request.presence_penalty,
      .frequency_penalty = request.frequency_penalty,
      .repetition_penalty = request.repetition_penalty,
      .seed = request.seed ? static_cast<std::uint64_t>(*request.seed) : Random(number, 0).next()};
}

TextJob job_of(const ChoiceRule& rule, const ModelPrompt& prompt, const Sampling& sampling,
               const Timing& timing) {
  return {.prompt = prompt.ids,
          .max_new_tokens = prompt.max_new_tokens,
          .stop_ids = rule.stop_ids,
          .sampling = sampling,
          .likeliest = rule.request.logprobs.value_or(-1),
          .timing = timing,
          .sink = {}};
}

}  // namespace

void OpenAiTexts::answer(Endpoint endpoint, const std::shared_ptr<http::Exchange>& exchange) {
  Call call{endpoint, exchange, monotonic_now()};
  const http::Request& request = exchange->request();
  if (!request.header("content-encoding").empty())
    return refuse(call, {.status = 415,
                         .message = "compressed bodies are not read: send it without "
                                    "Content-Encoding"});
  if (request.body.size() <= kLargestInPlace) return read(call);
  side_.run([self = shared_from_this(), call] {
    try {
      self->read(call);
    } catch (const std::exception& error) {
      self->refuse(call, {.status = 500, .message = error.what(), .type = "server_error"});
    }
  });
}

void OpenAiTexts::refuse(const Call& call, const ApiError& error) {
  context_.metrics.request({.route = route_of(call.endpoint),
                            .status = error.status,
                            .served = {.arrived = call.arrived},
                            .answered = monotonic_now()});
  call.exchange->send(openai_failure(error));
}

void OpenAiTexts::read(const Call& call) {
  const http::Request& asked = call.exchange->request();
  auto request = read_request(call.endpoint, asked.body);
  if (!request) return refuse(call, request.error());
  const ServedModel& model = context_.service.model();
  if (const auto error = check_model(*request, model)) return refuse(call, *error);
  if (asked.header("joulemark-energy") == "request") request->energy = true;
  auto prompts = model_prompts(*request, tools_, model);
  if (!prompts) return refuse(call, prompts.error());
  submit(call, *std::move(request), *prompts);
}

void OpenAiTexts::submit(const Call& call, TextRequest request,
                         const std::vector<ModelPrompt>& prompts) {
  const auto number = ++number_;
  const Sampling sampling = sampling_of(request, number);
  const auto answering = std::make_shared<OpenAiAnswering>(
      context_, call.exchange, request,
      AnswerPlan{.id = id_of(call.endpoint, number),
                 .route = route_of(call.endpoint),
                 .choices = static_cast<std::int32_t>(prompts.size()) * request.n,
                 .prompt_tokens = tokens_of(prompts),
                 .arrived = call.arrived,
                 .energy = request.energy});
  const auto rule = rule_of(std::move(request), tools_);
  const Nanoseconds limit = context_.time_limit;
  const Timing timing{call.arrived, limit > 0 ? call.arrived + limit : 0};
  std::int32_t index = 0;
  for (const ModelPrompt& prompt : prompts) {
    for (std::int32_t i = 0; i < rule->request.n; ++i, ++index) {
      TextJob job = job_of(*rule, prompt, sampling, timing);
      job.sampling.seed = seed_of(sampling.seed, i);
      job.sink =
          std::make_shared<OpenAiChoice>(answering, rule, begin_of(rule->request, prompt, index));
      const Admission admission = context_.service.submit(std::move(job));
      if (admission != Admission::kTaken) return answering->refuse(admission);
    }
  }
  answering->admit();
}

}  // namespace joulemark::serve
