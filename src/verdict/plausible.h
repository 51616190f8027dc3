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
  /// In how many of a configuration's trials it has to be seen: one is enough, two (or the only
  /// one), or half of them.
  enum class Needs { kOneTrial, kTwoTrials, kHalfOfThem } needs;
  /// The finding in words, for one finished trial; empty where there is none, or nothing can be
  /// said.
  std::optional<std::string> (*find)(const ExperimentRecord& record, const TrialRecord& trial);
};

/// "one", "two", "half".
const char* to_string(PlausibilityCheck::Needs needs);

/// The one table, in the order in which its findings are looked for.
const std::vector<PlausibilityCheck>& plausibility_checks();

struct Implausible {
  std::string code;
  std::string message;
  std::size_t trials = 0;  ///< that show it
};
/// The first finding of each cell that enough trials show; parallel to Judgement::cells.
std::vector<std::optional<Implausible>> find_implausible(const ExperimentRecord& record,
                                                         const Judgement& judgement);

/// Caveats: configurations that there is a finding for.
std::optional<std::string> implausible_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement);
/// Ranked configurations of which some trials show one, and too few.
std::optional<std::string> odd_windows_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement);

}  // namespace joulemark::verdict
