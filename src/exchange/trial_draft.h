// SPDX-License-Identifier: Apache-2.0
// A trial while its facts are gathered from somebody else's file.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::exchange {

/// The energy of one scope; nothing where the file has a place for it and no number in it.
struct ScopeEnergy {
  std::string scope;
  std::optional<double> joules;
};

/// What was read of a trial. Its configuration knows nothing but batch 1.
struct TrialDraft {
  TrialDraft();

  TrialRecord trial;       ///< without energies and phases, which are made of the rest
  std::string block = "";  ///< any word: blocks are numbered in the order of their appearance
  std::optional<int> position;
  std::optional<double> duration_s;
  std::optional<double> load_s;
  std::optional<double> build_s;
  std::optional<double> prefill_s;
  /// Whether the file has a place for the total; without one it is the sum of the scopes.
  bool has_total = false;
  std::optional<double> total_j;
  std::optional<double> total_uncertainty_j;
  std::optional<EnergyClass> energy_class;  ///< empty: derived
  std::string energy_reason;                ///< why there is no total; "": not recorded
  std::vector<ScopeEnergy> scopes;
};

/// Sets the scope's energy, which is listed from then on.
void set_scope(TrialDraft& draft, const std::string& scope, std::optional<double> joules);

/// The trial that the draft says. The window begins at 0 ns, the load ends there, and the second
/// window of a language model follows. The error is a phrase: what is lacking or contradicts
/// itself.
tl::expected<TrialRecord, std::string> complete(TrialDraft draft);

}  // namespace joulemark::exchange
