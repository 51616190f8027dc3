// SPDX-License-Identifier: Apache-2.0
#include "verdict/kv_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "stats/descriptive.h"
#include "verdict/collect.h"

namespace joulemark::verdict {
namespace {

constexpr std::size_t kFewestSteps = 16;
constexpr std::size_t kQuarters = 4;
/// Growth that can be told from noise.
constexpr double kLeastGrowth = 1.3;
/// Of the growth that feeding everything again would have; many rows at once cost less each.
constexpr double kPart = 0.35;
/// A step that feeds everything again feeds at least the prompt.
constexpr double kLikeAPrompt = 0.7;

/// Times of the steps `from` to `to` of every request, together.
std::vector<double> steps_between(const TextResult& text, std::size_t steps, std::size_t from,
                                  std::size_t to) {
  std::vector<double> times;
  for (std::size_t i = 0; i < text.inter_token_ns.size(); ++i)
    if (i % steps >= from && i % steps < to)
      times.push_back(static_cast<double>(text.inter_token_ns[i]));
  return times;
}

/// Why a trial's engine keeps no cache; empty where it does, or nothing tells.
std::optional<std::string> said_to_lack(const TrialRecord& trial) {
  const auto cache = effective_value(trial, "kv_cache");
  const bool none = (cache.is_string() && cache.get<std::string>() == "none") ||
                    (cache.is_boolean() && !cache.get<bool>());
  if (!none) return std::nullopt;
  return "kept no cache of keys and values (KV cache), as others did";
}

bool grows_like_feeding_again(const StepGrowth& growth) {
  return growth.without >= kLeastGrowth && growth.to_first >= kLikeAPrompt &&
         growth.ratio - 1 >= kPart * (growth.without - 1);
}

std::string growth_reason(const StepGrowth& growth) {
  return fmt::format(
      "its steps took {:.2g} times as long at the end of a text as at its begin, and as long as "
      "feeding the prompt: it kept no cache of keys and values (KV cache), as others did",
      growth.ratio);
}

/// Why the cell keeps no cache, by the first of its trials; empty where it does.
std::optional<std::string> lack_of(const ExperimentRecord& record, const Cell& cell) {
  std::size_t count = 0;
  std::string reason;
  for (const std::size_t t : cell.trials) {
    if (auto said = said_to_lack(record.trials[t])) return said;
    const auto growth = step_growth(record.trials[t]);
    if (!growth || !grows_like_feeding_again(*growth)) continue;
    if (count++ == 0) reason = growth_reason(*growth);
  }
  if (count == 0 || 2 * count < cell.trials.size()) return std::nullopt;
  return reason;
}

bool is_text(const ExperimentRecord& record, const Cell& cell) {
  return !cell.trials.empty() && record.trials[cell.trials.front()].text.window.prompts > 0;
}

}  // namespace

std::optional<StepGrowth> step_growth(const TrialRecord& trial) {
  const TextResult& text = trial.text;
  const std::size_t requests = text.first_token_ns.size();
  if (requests == 0 || text.window.prompts == 0) return std::nullopt;
  const std::size_t steps = text.inter_token_ns.size() / requests;
  if (steps < kFewestSteps || steps * requests != text.inter_token_ns.size()) return std::nullopt;
  const std::size_t quarter = steps / kQuarters;
  const double first = stats::median(steps_between(text, steps, 0, quarter));
  const double last = stats::median(steps_between(text, steps, steps - quarter, steps));
  // Of a few requests one may have been put off: what disturbs only adds.
  const auto prompt_time = static_cast<double>(
      *std::min_element(text.first_token_ns.begin(), text.first_token_ns.end()));
  if (!(first > 0) || !(prompt_time > 0)) return std::nullopt;
  const double prompt =
      static_cast<double>(text.window.prompt_tokens) / static_cast<double>(text.window.prompts);
  const double half = static_cast<double>(quarter) / 2;
  return StepGrowth{.ratio = last / first,
                    .without = (prompt + static_cast<double>(steps) - half) / (prompt + half),
                    .to_first = first / prompt_time};
}

void demand_one_cache(const ExperimentRecord& record, const Judgement& judgement,
                      std::vector<std::string>& reasons) {
  for (const ModelVerdict& model : judgement.models) {
    std::map<std::size_t, std::string> without;
    std::size_t with = 0;
    for (const std::size_t c : model.cells) {
      const Cell& cell = judgement.cells[c];
      if (!reasons[c].empty() || !is_text(record, cell)) continue;
      const auto lack = lack_of(record, cell);
      if (lack) without[c] = *lack;
      with += lack ? 0 : 1;
    }
    if (with == 0) continue;
    for (auto& [c, reason] : without) reasons[c] = std::move(reason);
  }
}

}  // namespace joulemark::verdict
