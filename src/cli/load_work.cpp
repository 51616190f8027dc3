// SPDX-License-Identifier: Apache-2.0
// What is asked of a server, by the API that it speaks.
#include <fmt/format.h>

#include <utility>

#include "base/file.h"
#include "cli/flag_numbers.h"
#include "cli/load_request.h"
#include "cli/prompt_lines.h"
#include "load/http_workload.h"
#include "load/tensor_workload.h"
#include "load/text_workload.h"

namespace joulemark::cli {
namespace {

using Switch = Arguments::Switch;
using load::Api;
namespace openai = api::openai;

constexpr std::int64_t kMostTokens = 1 << 20;
constexpr std::int64_t kMostIds = 1 << 24;
constexpr std::int64_t kMostBatch = 1 << 16;

/// No request can be made of a prompt without ids; ids are none of a chat's.
Result<std::vector<openai::Prompt>> prompts_of(const std::string& file, openai::Endpoint endpoint) {
  return read_prompt_lines(file, [endpoint](const PromptLine& prompt) -> Status {
    const auto* ids = std::get_if<std::vector<std::int32_t>>(&prompt);
    if (ids == nullptr) return {};
    if (endpoint == openai::Endpoint::kChat)
      return fail(ErrorKind::kUsage, R"(a chat takes texts, like {"text": "Hello"})");
    if (ids->empty()) return fail(ErrorKind::kUsage, "it has no token; a model needs at least one");
    return {};
  });
}

Result<std::unique_ptr<load::Workload>> text_workload(const LoadFlags& flags,
                                                      const load::Target& target,
                                                      const http::Call& call) {
  load::TextOptions options{.call = call};
  options.request = {.endpoint = target.api == Api::kChat ? openai::Endpoint::kChat
                                                          : openai::Endpoint::kCompletions,
                     .model = target.model,
                     .temperature = 0,
                     .ignore_eos = flags.stop_at_eos == Switch::kOff,
                     .stream = flags.no_stream == Switch::kOff,
                     .include_usage = flags.no_stream == Switch::kOff,
                     .return_token_ids = flags.token_ids == Switch::kOn,
                     .energy = flags.energy == Switch::kOn};
  const auto prompt = count_within("--prompt-tokens", flags.prompt_tokens, 128, kMostTokens);
  if (!prompt) return fail(prompt.error());
  const auto fresh = count_within("--new-tokens", flags.new_tokens, 64, kMostTokens);
  if (!fresh) return fail(fresh.error());
  const auto ids = count_within("--vocabulary", flags.vocabulary, 1000, kMostIds);
  if (!ids) return fail(ids.error());
  options.prompt_tokens = static_cast<std::int32_t>(*prompt);
  options.new_tokens = static_cast<std::int32_t>(*fresh);
  options.vocabulary = static_cast<std::int32_t>(*ids);
  options.seed = static_cast<std::uint64_t>(flags.seed.value_or(1));
  if (!flags.workload.empty()) {
    auto prompts = prompts_of(flags.workload, options.request.endpoint);
    if (!prompts) return fail(prompts.error());
    options.prompts = *std::move(prompts);
  }
  return load::make_text_workload(std::move(options));
}

Result<std::unique_ptr<load::Workload>> tensor_workload(const LoadFlags& flags,
                                                        const load::Target& target,
                                                        const http::Call& call) {
  const auto batch = count_within("--batch", flags.batch, 1, kMostBatch);
  if (!batch) return fail(batch.error());
  const load::TensorOptions options = {
      .call = call,
      .form = flags.binary == Switch::kOn ? api::TensorForm::kBinary : api::TensorForm::kJson,
      .batch = *batch,
      .seed = static_cast<std::uint64_t>(flags.seed.value_or(1)),
      .energy = flags.energy == Switch::kOn ? load::TensorOptions::Energy::kAskedFor
                                            : load::TensorOptions::Energy::kNotAskedFor};
  return target.signature ? load::make_predict_workload(*target.signature, options)
                          : load::make_tensor_workload(*target.metadata, options);
}

Result<std::unique_ptr<load::Workload>> http_workload(const LoadFlags& flags, http::Call call) {
  if (!flags.body.empty()) {
    auto body = read_file(flags.body);
    if (!body) return fail(ErrorKind::kUsage, body.error().message);
    call.body = std::make_shared<const std::string>(*std::move(body));
    call.headers.push_back({"Content-Type", flags.content_type});
  }
  call.method = flags.method.empty() ? (call.body ? "POST" : "GET") : flags.method;
  if (call.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
    return fail(ErrorKind::kUsage,
                fmt::format("--method must be like POST, not '{}'", call.method));
  return load::make_http_workload(std::move(call));
}

/// Flags of one API, whether they were given, and the APIs that know them.
Status check_known(const LoadFlags& flags, Api api) {
  const bool is_text = api == Api::kCompletions || api == Api::kChat;
  const bool is_tensors = api == Api::kKserve || api == Api::kTensorflow;
  const struct {
    const char* flag;
    bool is_given, is_known;
  } rows[] = {
      {"--workload", !flags.workload.empty(), is_text},
      {"--prompt-tokens", flags.prompt_tokens.has_value(), is_text},
      {"--new-tokens", flags.new_tokens.has_value(), is_text},
      {"--vocabulary", flags.vocabulary.has_value(), is_text},
      {"--no-stream", flags.no_stream == Switch::kOn, is_text},
      {"--stop-at-eos", flags.stop_at_eos == Switch::kOn, is_text},
      {"--token-ids", flags.token_ids == Switch::kOn, is_text},
      {"--binary", flags.binary == Switch::kOn, api == Api::kKserve},
      {"--batch", flags.batch.has_value(), is_tensors},
      {"--signature", !flags.signature.empty(), api == Api::kTensorflow},
      {"--energy", flags.energy == Switch::kOn, is_text || api == Api::kKserve},
      {"--body", !flags.body.empty(), api == Api::kHttp},
      {"--method", !flags.method.empty(), api == Api::kHttp},
  };
  for (const auto& row : rows)
    if (row.is_given && !row.is_known)
      return fail(ErrorKind::kUsage, fmt::format("{} means nothing with --api {}, which {} speaks",
                                                 row.flag, to_string(api), flags.url));
  return {};
}

}  // namespace

Result<std::unique_ptr<load::Workload>> load_workload(const LoadFlags& flags,
                                                      const load::Target& target,
                                                      const http::Call& call) {
  if (auto known = check_known(flags, target.api); !known) return fail(known.error());
  http::Call to = call;
  to.url = target.url;
  switch (target.api) {
    case Api::kCompletions:
    case Api::kChat:
      return text_workload(flags, target, to);
    case Api::kKserve:
    case Api::kTensorflow:
      return tensor_workload(flags, target, to);
    default:
      return http_workload(flags, std::move(to));
  }
}

}  // namespace joulemark::cli
