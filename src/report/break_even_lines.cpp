// SPDX-License-Identifier: Apache-2.0
#include "report/break_even_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "verdict/break_even.h"

namespace joulemark::report {
namespace {

using verdict::BreakEven;
using verdict::MetricId;

constexpr std::size_t kMost = 3;

MetricId unit_of(const verdict::ModelVerdict& model) {
  const bool by_energy =
      model.primary == MetricId::kEnergy || model.primary == MetricId::kEnergyPerToken;
  return by_energy ? MetricId::kEnergy : MetricId::kTime;
}

/// Whether it is shown, and not only estimated, that the best needs less.
bool needs_more(const verdict::Cell& cell) {
  return cell.standing == verdict::Standing::kWorse || cell.standing == verdict::Standing::kBehind;
}

std::string sentence_of(const verdict::Judgement& judgement, const BreakEven& crossing) {
  std::string text = to_sentence(judgement, crossing) + ".";
  text.front() = 'L';
  return text;
}

}  // namespace

std::vector<std::string> break_even_lines(const verdict::Judgement& judgement,
                                          const verdict::ModelVerdict& model) {
  std::vector<BreakEven> crossings = break_even(judgement, model);
  const MetricId unit = unit_of(model);
  std::erase_if(crossings, [&](const BreakEven& each) {
    return each.unit != unit || !needs_more(judgement.cells[each.cell]);
  });
  std::stable_sort(crossings.begin(), crossings.end(), [](const BreakEven& a, const BreakEven& b) {
    return a.inferences > b.inferences;
  });
  std::vector<std::string> lines;
  for (const BreakEven& crossing : crossings) {
    if (lines.size() == kMost) break;
    lines.push_back(sentence_of(judgement, crossing));
  }
  if (crossings.size() > kMost)
    lines.push_back(fmt::format("{} more are overtaken sooner.", crossings.size() - kMost));
  return lines;
}

}  // namespace joulemark::report
