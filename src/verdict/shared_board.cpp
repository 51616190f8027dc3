// SPDX-License-Identifier: Apache-2.0
#include "verdict/shared_board.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace joulemark::verdict {

std::optional<std::string> shared_board_caveat(const ExperimentRecord& record) {
  std::set<std::string> boards;
  int trials = 0;
  for (const TrialRecord& trial : record.trials) {
    bool shared = false;
    for (const Energy& energy : trial.energy) {
      if (!energy.detail.starts_with("shared_gpu")) continue;
      boards.insert(energy.scope);
      shared = true;
    }
    if (shared) ++trials;
  }
  if (boards.empty()) return std::nullopt;
  return fmt::format(
      "in {} of {} trials other processes computed on {}, and their energy is counted; end them, "
      "and measure again",
      trials, record.trials.size(), fmt::join(boards, ", "));
}

}  // namespace joulemark::verdict
