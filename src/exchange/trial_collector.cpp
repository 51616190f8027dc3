// SPDX-License-Identifier: Apache-2.0
// Cells are numbered, so that a million trials need a few words each.
#include "exchange/trial_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace joulemark::exchange {

tl::unexpected<Error> refuse(const Place& place, const std::string& why) {
  const std::string row = place.row > 0 ? fmt::format("row {}: ", place.row) : "";
  return fail(ErrorKind::kFailed, fmt::format("cannot import '{}': {}{}", place.file, row, why));
}

std::size_t TrialCollector::HashOfKey::operator()(const Key& key) const {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // spreads neighbours over all buckets
  std::uint64_t hash = key.what * kOdd;
  hash = (hash ^ static_cast<std::uint32_t>(key.block)) * kOdd;
  hash = (hash ^ static_cast<std::uint32_t>(key.attempt)) * kOdd;
  return hash ^ (hash >> 32);
}

int TrialCollector::block_of(const std::string& word) {
  const auto [entry, is_new] = blocks_.emplace(word, static_cast<int>(positions_.size()));
  if (is_new) positions_.push_back(0);
  return entry->second;
}

Status TrialCollector::place_in_block(TrialRecord& trial, const std::optional<int>& position,
                                      const Place& place) {
  int& next = positions_[static_cast<std::size_t>(trial.block)];
  trial.position = position.value_or(next);
  next = std::max(next, std::min(trial.position, std::numeric_limits<int>::max() - 1) + 1);
  if (!position) return {};
  const Key key{static_cast<std::uint32_t>(trial.position), trial.block, trial.attempt};
  const auto [entry, is_new] = rows_of_positions_.emplace(key, place.row);
  if (is_new) return {};
  return refuse(place, fmt::format("position {} of block {} is taken by row {}; leave 'position' "
                                   "out, or map 'block'",
                                   trial.position, trial.block, entry->second));
}

Status TrialCollector::check_cell(const TrialRecord& trial, const Place& place) {
  const std::string label = configuration_label(trial.configuration);
  const auto cell = cells_.emplace(trial.model + '\0' + label, cells_.size()).first->second;
  const Key key{cell, trial.block, trial.attempt};
  const auto [entry, is_new] = rows_of_cells_.emplace(key, place.row);
  if (is_new) return {};
  return refuse(place,
                fmt::format("a second trial of '{}', '{}' in one block, the first is row {}; "
                            "map 'block' to the column that tells repetitions apart, map "
                            "what else differs, or choose rows with --where",
                            trial.model, label, entry->second));
}

Status TrialCollector::add(TrialDraft draft, const Place& place) {
  const int block = block_of(draft.block);
  const std::optional<int> position = draft.position;
  auto trial = complete(std::move(draft));
  if (!trial) return refuse(place, trial.error());
  trial->block = block;
  if (auto placed = place_in_block(*trial, position, place); !placed) return placed;
  if (auto checked = check_cell(*trial, place); !checked) return checked;
  ++trials_;
  return sink_(*trial);
}

std::vector<Skipped> TrialCollector::skipped() const {
  std::vector<Skipped> all;
  for (const auto& [what, count] : skipped_) all.push_back({what, count});
  return all;
}

}  // namespace joulemark::exchange
