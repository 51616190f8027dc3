// SPDX-License-Identifier: Apache-2.0
// Configurations of which one trial has said all that counts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "joulemark/experiment.h"
#include "joulemark/result.h"

namespace joulemark::plan {

/// Model and configuration_label.
using CellName = std::pair<std::string, std::string>;

CellName cell_of(const TrialRecord& trial);

/// Those of one experiment whose outputs are not the reference's (TrialStatus::kDifferent): nothing
/// can bring them into the ranking, so no block behind the first such trial has them. Follows from
/// the trials of earlier blocks alone, so that a resumed run comes to the same.
class Dismissed {
 public:
  /// Dismisses nothing where Protocol::different is "always", and of imported trials.
  explicit Dismissed(const Experiment& experiment);
  /// One of its trials, of those that count (set_aside_repeats), in any order.
  void note(const TrialRecord& trial);
  /// How many blocks of the plan have the cell; nothing where it is not dismissed.
  [[nodiscard]] std::optional<int> blocks_of(const CellName& cell) const;

 private:
  bool once_;
  std::map<CellName, int> blocks_;
};

}  // namespace joulemark::plan
