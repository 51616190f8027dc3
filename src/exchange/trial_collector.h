// SPDX-License-Identifier: Apache-2.0
// Where every reader hands its trials: numbers blocks and positions, and refuses what is there
// twice.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "exchange/trial_draft.h"

namespace joulemark::exchange {

/// Takes the trials, one by one. A failure ends the import.
using TrialSink = std::function<Status(const TrialRecord&)>;

/// What was left out, and how often.
struct Skipped {
  std::string what;
  std::size_t count = 0;
};

/// Where a trial was read, for messages.
struct Place {
  std::string file;
  std::size_t row = 0;  ///< 0: the file as a whole
};

/// kFailed: "cannot import 'FILE': row N: WHY".
tl::unexpected<Error> refuse(const Place& place, const std::string& why);

/// Collects one experiment. Holds a few numbers of each trial.
class TrialCollector {
 public:
  explicit TrialCollector(TrialSink sink) : sink_(std::move(sink)) {}

  /// kFailed: the draft cannot be completed, or is the second of its cell, block and attempt, or of
  /// its position in a block.
  Status add(TrialDraft draft, const Place& place);
  void skip(const std::string& what, std::size_t count = 1) { skipped_[what] += count; }

  [[nodiscard]] std::size_t trials() const { return trials_; }
  [[nodiscard]] int blocks() const { return static_cast<int>(positions_.size()); }
  [[nodiscard]] std::vector<Skipped> skipped() const;

 private:
  struct Key {
    std::uint32_t what = 0;  ///< a cell, or a position
    std::int32_t block = 0;
    std::int32_t attempt = 0;
    bool operator==(const Key&) const = default;
  };
  struct HashOfKey {
    std::size_t operator()(const Key& key) const;
  };
  using Rows = std::unordered_map<Key, std::size_t, HashOfKey>;

  Status place_in_block(TrialRecord& trial, const std::optional<int>& position, const Place& place);
  Status check_cell(const TrialRecord& trial, const Place& place);
  int block_of(const std::string& word);

  TrialSink sink_;
  std::map<std::string, int> blocks_;
  std::vector<int> positions_;  ///< next free one, by block
  std::unordered_map<std::string, std::uint32_t> cells_;
  Rows rows_of_cells_;
  Rows rows_of_positions_;
  std::map<std::string, std::size_t> skipped_;
  std::size_t trials_ = 0;
};

}  // namespace joulemark::exchange
