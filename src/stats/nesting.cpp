// SPDX-License-Identifier: Apache-2.0
#include "stats/nesting.h"

#include <map>
#include <utility>

namespace joulemark::stats {
namespace {

/// One thing of one level, and the observations below it.
using Members = std::vector<std::size_t>;

/// The parts of each of `parents` by one more label, in the order of their first observations.
std::vector<Members> split(const std::vector<Members>& parents,
                           const std::vector<std::size_t>& labels) {
  std::vector<Members> parts;
  for (const Members& parent : parents) {
    std::map<std::size_t, std::size_t> place;
    for (const std::size_t observation : parent) {
      const auto [found, added] = place.try_emplace(labels[observation], parts.size());
      if (added) parts.emplace_back();
      parts[found->second].push_back(observation);
    }
  }
  return parts;
}

/// How many of `parts` each of `parents` holds; nothing unless all hold equally many.
std::optional<std::size_t> count_in_each(const std::vector<Members>& parents,
                                         const std::vector<Members>& parts) {
  const std::size_t each = parts.size() / parents.size();
  std::size_t part = 0;
  for (const Members& parent : parents) {
    std::size_t observations = 0;
    for (std::size_t i = 0; i < each && part < parts.size(); ++i)
      observations += parts[part++].size();
    if (observations != parent.size()) return std::nullopt;
  }
  return each;
}

}  // namespace

std::optional<Nesting> nest(std::span<const std::vector<std::size_t>> labels) {
  if (labels.empty() || labels[0].empty()) return std::nullopt;
  std::vector<Members> parents(1);
  for (std::size_t i = 0; i < labels[0].size(); ++i) parents[0].push_back(i);
  Nesting nesting;
  for (const auto& level : labels) {
    std::vector<Members> parts = split(parents, level);
    const auto each = count_in_each(parents, parts);
    if (!each) return std::nullopt;
    nesting.counts.push_back(*each);
    parents = std::move(parts);
  }
  for (const Members& members : parents) {
    if (members.size() != parents[0].size()) return std::nullopt;
    nesting.order.insert(nesting.order.end(), members.begin(), members.end());
  }
  if (parents[0].size() > 1) nesting.counts.push_back(parents[0].size());
  return nesting;
}

}  // namespace joulemark::stats
