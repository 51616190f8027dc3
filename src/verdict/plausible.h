// SPDX-License-Identifier: Apache-2.0
// What a window cannot be, or can hardly be, if the work was done: the physical side of the gate.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// One row of the table of checks.
struct PlausibilityCheck {
  const char* code;  ///< stable: "faster_than_arithmetic"
  const char* what;  ///< what it looks at, for the manual
  /// Whether one trial is enough, or half of a configuration's have to show it.
  enum class Needs { kOneTrial, kHalfOfThem } needs;
  /// The finding in words, for one finished trial; empty where there is none, or nothing can be
  /// said.
  std::optional<std::string> (*find)(const ExperimentRecord& record, const TrialRecord& trial);
};

/// The one table, in the order in which its findings are looked for.
const std::vector<PlausibilityCheck>& plausibility_checks();

struct Implausible {
  std::string code;
  std::string message;
};
/// The first finding of each cell that there is one for; parallel to Judgement::cells.
std::vector<std::optional<Implausible>> find_implausible(const ExperimentRecord& record,
                                                         const Judgement& judgement);

/// Caveat: configurations that there is a finding for.
std::optional<std::string> implausible_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement);

}  // namespace joulemark::verdict
