// SPDX-License-Identifier: Apache-2.0
// Whether an experiment shows that configurations have become worse since another one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stats/interval.h"
#include "verdict/metric.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {

struct RegressionOptions {
  /// One of which less is better. Empty: energy where every configuration in both measured it,
  /// else time. Of language models per generated token.
  std::optional<MetricId> metric;
  double max_regression = 0.03;  ///< as a fraction: what is allowed
  double level = 0.95;           ///< of each answer
};

/// What is shown of one configuration, or of all.
enum class Change {
  kRegressed,   ///< it is worse by more than what is allowed
  kWithin,      ///< it is not
  kUnresolved,  ///< neither is shown
};
/// "regressed", "within", "unresolved".
const char* to_string(Change change);

/// One configuration of one model that is in either experiment.
struct CellChange {
  std::string model;
  std::string label;                      ///< in the new experiment where it is in it
  std::string base_version, new_version;  ///< of the engine
  Change change = Change::kUnresolved;
  std::string reason;  ///< for people: why there is no comparison; empty where there is one
  /// New over base, of geometric means. `lo` is a one-sided bound and holds for all configurations
  /// together (Bonferroni), so that no false alarm is raised; `hi` is a one-sided bound for this
  /// one, which is what all of them being within needs (Berger 1982, Technometrics 24:295).
  stats::Interval ratio;
  int base_n = 0, new_n = 0;  ///< repetitions with a value
  /// Repetitions of each after which it would about be shown to be within; empty where it is
  /// resolved or already worse on average than what is allowed.
  std::optional<int> repetitions_needed;
};

struct Regression {
  Change change = Change::kUnresolved;
  MetricId metric = MetricId::kTime;
  std::string sentence;
  std::vector<CellChange> cells;  ///< regressed first, then unresolved, then within
  std::vector<Caveat> caveats;
};

/// Compares configurations of the same model and label, versions of engines apart. Trials of
/// different experiments share no block: independent samples with variances of their own, on ln
/// (Welch).
Regression find_regression(const ExperimentRecord& base, const ExperimentRecord& now,
                           const RegressionOptions& options = {});

}  // namespace joulemark::verdict
