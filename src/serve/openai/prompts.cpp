// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/prompts.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace joulemark::serve {
namespace {

using namespace api::openai;  // NOLINT(google-build-using-namespace)
using tokenizer::SpecialTokens;
template <class T>
using Checked = tl::expected<T, ApiError>;

/// Where neither the request nor the model says how much there may be.
constexpr std::int32_t kUsualCompletion = 16;
constexpr std::int32_t kUsualChat = 256;

tl::unexpected<ApiError> refused(const char* field, std::string message) {
  return tl::unexpected(ApiError{.message = std::move(message), .param = field});
}

/// What a model without a tokenizer cannot do.
std::optional<ApiError> needs_tokenizer(const TextRequest& request) {
  const auto no = [](const char* field, const char* what) {
    return ApiError{.message = fmt::format("the model has no tokenizer.json, so that {}", what),
                    .param = field};
  };
  const auto is_text = [](const Prompt& prompt) { return prompt.index() == 0; };
  if (request.endpoint == Endpoint::kChat) return no("messages", "prompts must be token ids");
  if (std::ranges::any_of(request.prompts, is_text))
    return no("prompt", "it must be token ids: [1, 2, 3]");
  if (!request.return_token_ids)
    return no("return_token_ids", "answers are token ids: it must be true");
  if (!request.stop.empty()) return no("stop", "there is no text to stop at");
  if (request.echo) return no("echo", "there is no text to repeat");
  if (request.logprobs) return no("logprobs", "tokens have no names");
  return std::nullopt;
}

Checked<ModelPrompt> encoded(const TextRequest& request, const TextTools& tools, std::string text) {
  const bool is_chat = request.endpoint == Endpoint::kChat;
  const bool adds = request.add_special_tokens.value_or(!is_chat);
  auto ids = tools.tokenizer->encode(text, adds ? SpecialTokens::kWith : SpecialTokens::kWithout);
  if (!ids) return refused(is_chat ? "messages" : "prompt", ids.error().message);
  return ModelPrompt{*std::move(ids), std::move(text)};
}

Checked<ModelPrompt> completion_prompt(const TextRequest& request, const TextTools& tools,
                                       const Prompt& prompt) {
  if (const auto* text = std::get_if<std::string>(&prompt)) return encoded(request, tools, *text);
  ModelPrompt made{std::get<std::vector<std::int32_t>>(prompt)};
  if (!request.echo) return made;
  auto text = tools.tokenizer->decode(made.ids, SpecialTokens::kWithout);
  if (!text) return refused("prompt", text.error().message);
  made.text = *std::move(text);
  return made;
}

Checked<ModelPrompt> chat_prompt(const TextRequest& request, const TextTools& tools) {
  if (!tools.chat_template)
    return refused(
        "messages",
        tools.no_chat + "; use /v1/completions, or start the server with --chat-template FILE");
  auto text = tools.chat_template->render({request.messages_json, request.add_generation_prompt,
                                           static_cast<std::int64_t>(wall_clock_now())});
  if (!text) return refused("messages", text.error().message);
  return encoded(request, tools, *std::move(text));
}

std::optional<ApiError> check_length(const TextRequest& request, const ServedModel& model,
                                     ModelPrompt& prompt) {
  const bool is_chat = request.endpoint == Endpoint::kChat;
  const auto length = static_cast<std::int64_t>(prompt.ids.size());
  const std::int64_t room = model.max_tokens - length;
  prompt.max_new_tokens = request.max_tokens.value_or(is_chat ? kUsualChat : kUsualCompletion);
  if (model.max_tokens == 0) return std::nullopt;
  if (!request.max_tokens && room > 0)
    prompt.max_new_tokens =
        static_cast<std::int32_t>(is_chat ? room : std::min<std::int64_t>(room, kUsualCompletion));
  if (prompt.max_new_tokens <= room) return std::nullopt;
  return ApiError{
      .message = fmt::format("the model has room for {} tokens; the prompt has {}, and {} more are "
                             "to come; shorten it, or ask for less",
                             model.max_tokens, length, prompt.max_new_tokens),
      .param = is_chat ? "messages" : "prompt",
      .code = "context_length_exceeded"};
}

std::optional<ApiError> check(const TextRequest& request, const ServedModel& model,
                              ModelPrompt& prompt) {
  const char* const field = request.endpoint == Endpoint::kChat ? "messages" : "prompt";
  if (prompt.ids.empty())
    return ApiError{.message = "the prompt has no token, and the model needs one", .param = field};
  const auto is_none = [&](std::int32_t id) { return id < 0 || id >= *model.vocabulary; };
  const auto found = std::ranges::find_if(prompt.ids, is_none);
  if (found != prompt.ids.end())
    return ApiError{.message = fmt::format("the prompt has the id {}, and the model has {} tokens",
                                           *found, *model.vocabulary),
                    .param = field};
  return check_length(request, model, prompt);
}

}  // namespace

Checked<std::vector<ModelPrompt>> model_prompts(const TextRequest& request, const TextTools& tools,
                                                const ServedModel& model) {
  if (!tools.tokenizer)
    if (auto error = needs_tokenizer(request)) return tl::unexpected(*std::move(error));
  std::vector<ModelPrompt> prompts;
  const std::size_t count = request.endpoint == Endpoint::kChat ? 1 : request.prompts.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto prompt = request.endpoint == Endpoint::kChat
                      ? chat_prompt(request, tools)
                      : completion_prompt(request, tools, request.prompts[i]);
    if (!prompt) return tl::unexpected(prompt.error());
    if (auto error = check(request, model, *prompt)) return tl::unexpected(*std::move(error));
    prompts.push_back(*std::move(prompt));
  }
  return prompts;
}

}  // namespace joulemark::serve
