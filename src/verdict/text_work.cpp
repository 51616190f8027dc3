// SPDX-License-Identifier: Apache-2.0
#include "verdict/text_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "verdict/collect.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

/// The text of the cell's first finished trial; null for what is no language model.
const TextResult* text_of(const ExperimentRecord& record, const Cell& cell) {
  if (cell.trials.empty()) return nullptr;
  const TextResult& text = record.trials[cell.trials.front()].text;
  return text.window.prompts > 0 ? &text : nullptr;
}

double tokens_a_prompt(const TextResult& text) {
  return static_cast<double>(text.window.new_tokens) / static_cast<double>(text.window.prompts);
}

/// What most of a model's cells have; of several the smallest. Empty for no language model.
template <class Value, class Read>
std::optional<Value> usual(const ExperimentRecord& record, const Judgement& judgement,
                           const ModelVerdict& model, Read read) {
  std::map<Value, int> counts;
  for (const std::size_t c : model.cells)
    if (const TextResult* text = text_of(record, judgement.cells[c])) ++counts[read(*text)];
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? std::nullopt : std::optional<Value>(most->first);
}

}  // namespace

void demand_one_length(const ExperimentRecord& record, const Judgement& judgement,
                       std::vector<std::string>& reasons) {
  for (const ModelVerdict& model : judgement.models) {
    const auto length = usual<double>(record, judgement, model, tokens_a_prompt);
    for (const std::size_t c : model.cells) {
      const TextResult* text = text_of(record, judgement.cells[c]);
      if (text == nullptr || !reasons[c].empty() || tokens_a_prompt(*text) == *length) continue;
      reasons[c] = fmt::format("generated {:.4g} tokens for a prompt, not {:.4g}",
                               tokens_a_prompt(*text), *length);
    }
  }
}

std::optional<std::string> synthetic_caveat(const ExperimentRecord& record) {
  std::vector<std::string> who;
  for (const ModelSpec& model : record.experiment.models)
    if (model.source.starts_with(kSyntheticScheme)) who.push_back(model.name);
  if (who.empty()) return std::nullopt;
  return fmt::format(
      "the weights are synthetic: times and energies are those of the model that is named, its "
      "answers mean nothing: {}",
      names(who));
}

std::optional<std::string> near_tie_caveat(const ExperimentRecord& record,
                                           const Judgement& judgement) {
  std::vector<std::string> who;
  for (const Cell& cell : judgement.cells) {
    if (!cell.ranked() || text_of(record, cell) == nullptr) continue;
    const Agreement& agreement = record.trials[cell.trials.front()].agreement;
    if (!agreement.compared || agreement.detail.empty()) continue;
    who.push_back(fmt::format("{} ({})", full_name(judgement, cell), agreement.detail));
  }
  if (who.empty()) return std::nullopt;
  return "a generated token differs where two were nearly equally likely: " + names(who);
}

std::optional<std::string> other_texts_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement) {
  std::vector<std::string> who;
  for (const ModelVerdict& model : judgement.models) {
    const auto digest = [](const TextResult& text) { return text.tokens; };
    const auto tokens = usual<std::string>(record, judgement, model, digest);
    for (const std::size_t c : model.cells) {
      const Cell& cell = judgement.cells[c];
      const TextResult* text = text_of(record, cell);
      if (text != nullptr && cell.ranked() && text->tokens != *tokens)
        who.push_back(full_name(judgement, cell));
    }
  }
  if (who.empty()) return std::nullopt;
  return fmt::format(
      "some texts of the workload are others than most configurations', of the same length: {}; "
      "the work is the same, what is said is not",
      names(who));
}

}  // namespace joulemark::verdict
