// SPDX-License-Identifier: Apache-2.0
#include "cli/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "checkpoint/decoder.h"
#include "cli/prompt_lines.h"
#include "tokenizer/tokenizer.h"

namespace joulemark::cli {
namespace {

using tokenizer::Ids;
using tokenizer::SpecialTokens;
using tokenizer::Tokenizer;

/// Token ids that mean nothing: what a model computes does not depend on which they are.
std::vector<Ids> make_prompts(const Experiment& experiment, const LanguageModel& language) {
  const auto& batches = experiment.factors.batch;
  const int count = *std::max_element(batches.begin(), batches.end());
  std::vector<Ids> prompts(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    Random random(experiment.seed, i);
    for (int token = 0; token < experiment.generation.prompt_tokens; ++token)
      prompts[i].push_back(
          static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(language.vocabulary))));
  }
  return prompts;
}

Result<std::vector<Ids>> encode(const std::vector<PromptLine>& lines,
                                const LanguageModel& language) {
  std::optional<Tokenizer> tokenizer;
  std::vector<Ids> prompts;
  for (const PromptLine& line : lines) {
    if (const auto* ids = std::get_if<Ids>(&line)) {
      prompts.push_back(*ids);
      continue;
    }
    if (!tokenizer) {
      const auto file = tokenizer::find_tokenizer_file(language.folder);
      if (!file) return fail(file.error());
      auto loaded = Tokenizer::load(*file);
      if (!loaded) return fail(loaded.error());
      tokenizer.emplace(*std::move(loaded));
    }
    auto ids = tokenizer->encode(std::get<std::string>(line), SpecialTokens::kWith);
    if (!ids) return fail(ids.error());
    prompts.push_back(*std::move(ids));
  }
  return prompts;
}

Status check_prompt(const Ids& ids, const LanguageModel& language, int new_tokens) {
  if (ids.empty()) return fail(ErrorKind::kUsage, "it has no token; a model needs at least one");
  const auto most = *std::max_element(ids.begin(), ids.end());
  if (most >= language.vocabulary)
    return fail(ErrorKind::kUsage,
                fmt::format("token {} is none of the model's {}", most, language.vocabulary));
  const auto length = static_cast<std::int64_t>(ids.size()) + new_tokens;
  if (language.longest && length > *language.longest)
    return fail(ErrorKind::kUsage,
                fmt::format("its {} tokens and {} new ones are more than the {} that the model has "
                            "room for; ask for fewer with --prompt-tokens or --new-tokens",
                            ids.size(), new_tokens, *language.longest));
  return {};
}

/// What is wrong, behind the model's name.
tl::unexpected<Error> of_model(const ModelSpec& spec, const Error& error) {
  return fail(error.kind, fmt::format("model '{}': {}", spec.name, error.message));
}

Result<run::ModelPrompts> prompts_for(const Experiment& experiment, const LanguageModel& language,
                                      const std::optional<std::vector<PromptLine>>& lines) {
  auto prompts = lines ? encode(*lines, language)
                       : Result<std::vector<Ids>>(make_prompts(experiment, language));
  if (!prompts) return fail(prompts.error());
  const Generation& generation = experiment.generation;
  for (std::size_t i = 0; i < prompts->size(); ++i)
    if (auto fits = check_prompt((*prompts)[i], language, generation.new_tokens); !fits)
      return fail(fits.error().kind, fmt::format("prompt {}: {}", i + 1, fits.error().message));
  run::ModelPrompts out{.prompts = *std::move(prompts), .new_tokens = generation.new_tokens};
  if (generation.stop == Generation{}.stop) return out;
  out.stop_ids = checkpoint::read_stop_ids(language.folder);
  if (out.stop_ids.empty())
    return fail(ErrorKind::kUsage,
                "its config.json names no token that ends a text (eos_token_id); leave out --stop");
  return out;
}

}  // namespace

Result<run::PromptsOfModels> find_prompts(const Experiment& experiment, const LocalModels& models) {
  run::PromptsOfModels all;
  std::optional<std::vector<PromptLine>> lines;
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (!models[i].language) continue;
    if (!lines && experiment.workload != Experiment{}.workload) {
      auto read = read_prompt_lines(experiment.workload);
      if (!read) return fail(read.error());
      lines = *std::move(read);
    }
    auto prompts = prompts_for(experiment, *models[i].language, lines);
    if (!prompts) return of_model(experiment.models[i], prompts.error());
    all.emplace(i, *std::move(prompts));
  }
  return all;
}

}  // namespace joulemark::cli
