// SPDX-License-Identifier: Apache-2.0
// What holds for each model first; a mean over models only beside how much it depends on them.
#include <fmt/format.h>

#include <algorithm>

#include "verdict/phrases.h"
#include "verdict/sentence.h"

namespace joulemark::verdict {
namespace {

/// Models by what is said of them, in the order in which it is first said.
std::vector<std::pair<std::string, std::vector<std::string>>> group_models(
    const Judgement& judgement) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  const auto add = [&](const std::string& what, const std::string& model) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const auto& group) { return group.first == what; });
    if (found != groups.end()) return found->second.push_back(model);
    groups.push_back({what, {model}});
  };
  for (const ModelVerdict& model : judgement.models) {
    if (model.outcome == Outcome::kBetter) {
      add(judgement.cells[*model.best].label + " is best for", model.model);
    }
    if (model.outcome == Outcome::kTie) add("a tie for", model.model);
    if (model.outcome == Outcome::kUnresolved) add("not resolved for", model.model);
    if (model.outcome == Outcome::kSingle) add("no comparison for", model.model);
    if (model.outcome == Outcome::kNone) add("nothing ranked for", model.model);
  }
  return groups;
}

/// "; the ratios depend on the model: F(4, 18) = 4.41, p = 0.012".
std::string interaction_text(const stats::TestResult& test) {
  constexpr double kAlpha = 0.05;
  if (test.outcome != stats::Outcome::kOk) return "";
  if (!(test.p < kAlpha))
    return fmt::format("; that it depends on the model is not shown, {}", p_text(test.p));
  return fmt::format("; it depends on the model: interaction F({:g}, {:g}) = {:.3g}, {}", test.df1,
                     test.df2, test.statistic, p_text(test.p));
}

/// In how many models' best sets the configuration is that does best in this.
std::string best_sets_text(const Judgement& judgement) {
  const AcrossModels& across = *judgement.across;
  const auto models = static_cast<int>(judgement.models.size());
  const auto most = std::max_element(
      across.rows.begin(), across.rows.end(),
      [](const AcrossRow& a, const AcrossRow& b) { return a.best_sets < b.best_sets; });
  if (most->best_sets == models)
    return fmt::format("{} is in the best set of every model", most->label);
  return fmt::format("no configuration is in the best set of every model, {} is in {} of {}",
                     most->label, most->best_sets, models);
}

/// Who is ahead over all models, beside how much that depends on the model.
std::string across_text(const Judgement& judgement, double margin) {
  if (!judgement.across) return "";
  const AcrossModels& across = *judgement.across;
  const AcrossRow& first = across.rows.front();
  const AcrossRow& next = across.rows[1];
  std::string best_sets = best_sets_text(judgement);
  const bool about_first = best_sets.starts_with(first.label);
  if (best_sets.starts_with("no ")) best_sets[0] = 'N';
  return fmt::format(" {}; beside {}, {} needs {} over all models (geometric mean of ratios{}).",
                     best_sets, about_first ? "it" : first.label, next.label,
                     more_text(next.ratio.interval, margin), interaction_text(across.interaction));
}

}  // namespace

std::string overall_sentence(const Judgement& judgement, double margin) {
  if (judgement.models.empty()) return "Nothing was measured.";
  if (judgement.models.size() == 1) return judgement.models.front().sentence;
  std::string text = fmt::format("{}, of {} models: ", judgement.where, judgement.models.size());
  const auto groups = group_models(judgement);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : "; ", groups[i].first, join(groups[i].second));
  }
  return text + "." + across_text(judgement, margin);
}

}  // namespace joulemark::verdict
