// SPDX-License-Identifier: Apache-2.0
// `run --resume`: which experiment of a store is gone on with, and what of it is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "joulemark/experiment.h"
#include "plan/plan.h"
#include "store/store.h"

namespace joulemark::cli {

/// What of the flags asks for it.
struct Resume {
  Arguments::Switch on = Arguments::Switch::kOff;
  std::optional<std::int64_t> experiment;  ///< the number that was given

  void declare(Arguments& arguments);
  /// kUsage where a number is given and nothing shall be resumed.
  [[nodiscard]] Status check() const;
};

/// Trials of a plan, and what a store has of them.
struct Progressed {
  std::vector<plan::PlannedTrial> missing;
  int ok = 0;      ///< that ended as ok
  int not_ok = 0;  ///< that ended otherwise
  int spared = 0;  ///< that are not there and not missing: what is there leaves them out
  [[nodiscard]] int done() const { return ok + not_ok; }
};

/// The experiment of the store that was asked for, or its newest. kUsage for one that was imported.
Result<Experiment> asked_of_store(const std::string& path, const Resume& resume);

/// The number of the stored experiment that `experiment` goes on with: the newest that is equal, or
/// none where the store has not begun it. kUsage where the one that was asked for differs, or where
/// one of the same name differs and has not ended; the message says in which line.
Result<std::optional<std::int64_t>> find_begun(store::Store& store, const std::string& path,
                                               const Experiment& experiment, const Resume& resume);

/// What is there of the plan, whatever became of it, and what is not.
Result<Progressed> progressed(store::Store& store, std::int64_t id, const Experiment& experiment);

}  // namespace joulemark::cli
