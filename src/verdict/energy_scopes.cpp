// SPDX-License-Identifier: Apache-2.0
#include "verdict/energy_scopes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "verdict/energy_text.h"
#include "verdict/metric.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

using Scopes = std::set<std::string>;

/// What the trial's total adds up; empty where it has none to rank, or nobody recorded it.
std::optional<Scopes> scopes_of(const TrialRecord& trial) {
  const Energy* total = total_energy(trial);
  if (total == nullptr || !is_rankable(*total)) return std::nullopt;
  Scopes scopes;
  for (const Energy* part : parts_of_total(trial.energy)) scopes.insert(part->scope);
  if (scopes.empty()) return std::nullopt;
  return scopes;
}

/// Of two that are as frequent, the larger boundary.
Scopes most_frequent(const std::map<Scopes, int>& counts) {
  const auto before = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first.size() < b.first.size();
  };
  return std::max_element(counts.begin(), counts.end(), before)->first;
}

Scopes without(const Scopes& all, const Scopes& taken) {
  Scopes rest;
  std::set_difference(all.begin(), all.end(), taken.begin(), taken.end(),
                      std::inserter(rest, rest.end()));
  return rest;
}

std::string difference(const Scopes& own, const Scopes& common) {
  const Scopes lacking = without(common, own);
  if (!lacking.empty())
    return fmt::format("its energy lacks {}, which the others' has", fmt::join(lacking, ", "));
  return fmt::format("its energy has {}, which the others' lacks",
                     fmt::join(without(own, common), ", "));
}

}  // namespace

std::vector<std::string> other_boundaries(const ExperimentRecord& record,
                                          const Judgement& judgement,
                                          const std::vector<std::size_t>& cells) {
  std::map<int, std::map<Scopes, int>> by_block;
  for (const std::size_t c : cells)
    for (const std::size_t t : judgement.cells[c].trials)
      if (auto scopes = scopes_of(record.trials[t]))
        ++by_block[record.trials[t].block][*std::move(scopes)];
  std::vector<std::string> reasons;
  for (const std::size_t c : cells) {
    std::string& reason = reasons.emplace_back();
    for (const std::size_t t : judgement.cells[c].trials) {
      const auto own = scopes_of(record.trials[t]);
      if (!own || !reason.empty()) continue;
      const Scopes common = most_frequent(by_block.at(record.trials[t].block));
      if (*own != common) reason = difference(*own, common);
    }
  }
  return reasons;
}

bool holds_energy(MetricId id) {
  return std::string_view(metric(id).unit).starts_with('J');
}

std::optional<std::string> boundaries_caveat(const ExperimentRecord& record,
                                             const Judgement& judgement) {
  std::vector<std::string> who;
  for (const ModelVerdict& model : judgement.models) {
    if (!holds_energy(model.primary)) continue;
    std::vector<std::size_t> ranked;
    for (const std::size_t c : model.cells)
      if (judgement.cells[c].ranked()) ranked.push_back(c);
    const auto reasons = other_boundaries(record, judgement, ranked);
    for (std::size_t i = 0; i < ranked.size(); ++i)
      if (!reasons[i].empty())
        who.push_back(full_name(judgement, judgement.cells[ranked[i]]) + ": " + reasons[i]);
  }
  if (who.empty()) return std::nullopt;
  return "energies of other parts of the machine are ranked beside each other: " + names(who);
}

}  // namespace joulemark::verdict
