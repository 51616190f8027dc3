// SPDX-License-Identifier: Apache-2.0
#include "cli/generate_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <filesystem>

#include "base/clock.h"
#include "checkpoint/decoder.h"
#include "checkpoint/synthetic.h"
#include "cli/flag_numbers.h"

namespace joulemark::cli {
namespace {

using tokenizer::Ids;
using tokenizer::SpecialTokens;
using tokenizer::Tokenizer;

constexpr std::int64_t kMostNewTokens = 1 << 24;
constexpr double kDefaultTimeLimit = 3600;
constexpr double kLongestTimeLimit = 7 * 86400.0;

/// "5,9,27"; blanks are allowed.
Result<Ids> parse_ids(const std::string& text) {
  Ids ids;
  const char* at = text.data();
  const char* end = at + text.size();
  while (true) {
    while (at < end && *at == ' ') ++at;
    std::int32_t id = 0;
    const auto [stop, error] = std::from_chars(at, end, id);
    if (error != std::errc() || id < 0)
      return fail(ErrorKind::kUsage,
                  fmt::format("--token-ids takes numbers such as 5,9,27, not '{}'", text));
    ids.push_back(id);
    at = stop;
    while (at < end && *at == ' ') ++at;
    if (at == end) return ids;
    if (*at++ != ',')
      return fail(ErrorKind::kUsage,
                  fmt::format("--token-ids takes numbers such as 5,9,27, not '{}'", text));
  }
}

Result<protocol::Logits> parse_logits(const std::string& text) {
  for (std::size_t i = 0; i < std::size(protocol::kLogitsNames); ++i)
    if (text == protocol::kLogitsNames[i]) return static_cast<protocol::Logits>(i);
  return fail(ErrorKind::kUsage, fmt::format("--logits must be {}, not '{}'",
                                             fmt::join(protocol::kLogitsNames, ", "), text));
}

/// The folder with what belongs to the model: the checkpoint, or where the model's file stands.
std::filesystem::path folder_of(const GenerateFlags& flags) {
  std::error_code error;
  const std::filesystem::path model(flags.model);
  return std::filesystem::is_directory(model, error) ? model : model.parent_path();
}

Result<std::vector<Ids>> read_prompts(const GenerateFlags& flags,
                                      const std::optional<Tokenizer>& tokenizer) {
  std::vector<Ids> prompts;
  for (const std::string& text : flags.prompts) {
    auto ids = tokenizer->encode(text, SpecialTokens::kWith);
    if (!ids) return fail(ids.error());
    if (ids->empty())
      return fail(ErrorKind::kUsage, "a prompt is empty: a model needs at least one token");
    prompts.push_back(*std::move(ids));
  }
  for (const std::string& text : flags.token_ids) {
    auto ids = parse_ids(text);
    if (!ids) return fail(ids.error());
    prompts.push_back(*std::move(ids));
  }
  if (prompts.empty())
    return fail(ErrorKind::kUsage, "give what the model shall go on from: --prompt or --token-ids");
  return prompts;
}

/// Ids that end a text, as the checkpoint says.
Ids stop_ids(const GenerateFlags& flags) {
  if (flags.ignore_eos == Arguments::Switch::kOn) return {};
  return checkpoint::read_stop_ids(folder_of(flags));
}

}  // namespace

Result<std::optional<Tokenizer>> load_tokenizer(const GenerateFlags& flags) {
  const auto file = tokenizer::find_tokenizer_file(folder_of(flags));
  if (!file) {
    if (flags.prompts.empty()) return std::nullopt;
    if (!checkpoint::is_synthetic(flags.model)) return fail(file.error());
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' has synthetic weights and no tokenizer; give --token-ids instead "
                            "of --prompt",
                            flags.model));
  }
  auto loaded = Tokenizer::load(*file);
  if (!loaded) return fail(loaded.error());
  return std::optional(*std::move(loaded));
}

Result<run::GenerationTask> generation_task(const GenerateFlags& flags,
                                            const std::optional<Tokenizer>& tokenizer) {
  run::GenerationTask task{.model = {}, .precision = flags.engine.precision, .request = {}};
  auto prompts = read_prompts(flags, tokenizer);
  if (!prompts) return fail(prompts.error());
  const auto tokens = count_within("--max-new-tokens", flags.max_new_tokens, 16, kMostNewTokens);
  if (!tokens) return fail(tokens.error());
  const auto logits = parse_logits(flags.logits);
  if (!logits) return fail(logits.error());
  task.request = {.prompts = *std::move(prompts),
                  .max_new_tokens = static_cast<std::int32_t>(*tokens),
                  .stop_ids = stop_ids(flags),
                  .logits = *logits};
  return task;
}

Result<run::OpenRequest> open_request(const GenerateFlags& flags, const engine::SearchPath& path) {
  auto install = engine::find_engine(flags.engine.name, path);
  if (!install) return fail(install.error());
  const auto threads = thread_count(flags.engine);
  if (!threads) return fail(threads.error());
  auto options = engine_options(flags.engine);
  if (!options) return fail(options.error());
  return run::OpenRequest{.install = *std::move(install),
                          .provider = flags.engine.provider,
                          .threads = *threads,
                          .options = *std::move(options)};
}

Result<Nanoseconds> time_limit(const GenerateFlags& flags) {
  const double limit = flags.time_limit_s.value_or(kDefaultTimeLimit);
  if (limit > 0 && limit <= kLongestTimeLimit) return to_nanoseconds(limit);
  return fail(ErrorKind::kUsage, fmt::format("--time-limit must be positive, not {}", limit));
}

}  // namespace joulemark::cli
