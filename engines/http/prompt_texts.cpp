// SPDX-License-Identifier: Apache-2.0
#include "prompt_texts.h"

#include <algorithm>
#include <span>

#include "plugin_kit/status.h"

namespace joulemark::http_engine {
namespace {

using plugin::fail;
using tokenizer::SpecialTokens;
using tokenizer::Tokenizer;

Tokenizer load(const std::string& model) {
  const auto file = tokenizer::find_tokenizer_file(model);
  if (!file)
    fail(JM_INVALID_MODEL, "the server takes prompts as text alone: " + file.error().message);
  auto loaded = Tokenizer::load(*file);
  if (!loaded) fail(JM_INVALID_MODEL, loaded.error().message);
  return *std::move(loaded);
}

}  // namespace

PromptTexts::PromptTexts(const std::string& model) : tokenizer_(load(model)) {}

const std::string& PromptTexts::text_of(const std::vector<std::int32_t>& ids) {
  const auto found = texts_.find(ids);
  if (found != texts_.end()) return found->second;
  return texts_.emplace(ids, find(ids)).first->second;
}

/// Special tokens are what the server adds, or else a part of the text by their names.
std::string PromptTexts::find(const std::vector<std::int32_t>& ids) const {
  const auto added = tokenizer_.encode("", SpecialTokens::kWith);
  const std::size_t in_front = std::min(added ? added->size() : 0, ids.size());
  const std::span<const std::int32_t> all(ids);
  for (const auto& text : {tokenizer_.decode(all, SpecialTokens::kWithout),
                           tokenizer_.decode(all.subspan(in_front), SpecialTokens::kWith),
                           tokenizer_.decode(all, SpecialTokens::kWith)}) {
    if (!text) continue;
    const auto again = tokenizer_.encode(*text, SpecialTokens::kWith);
    if (again && *again == ids) return *text;
  }
  fail(JM_UNSUPPORTED,
       "the server takes prompts as text alone, and there is no text of which its tokenizer makes "
       "these " +
           std::to_string(ids.size()) +
           " tokens; give the prompts as texts in the file of 'workload'");
}

std::vector<std::int32_t> PromptTexts::some_prompt() const {
  auto ids = tokenizer_.encode("a", SpecialTokens::kWith);
  if (!ids) fail(JM_INVALID_MODEL, ids.error().message);
  return *std::move(ids);
}

}  // namespace joulemark::http_engine
