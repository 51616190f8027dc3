// SPDX-License-Identifier: Apache-2.0
// The statistics of one variable over several groups, as tables for every format and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "stats/battery.h"
#include "stats/correlation.h"
#include "stats/factorial.h"
#include "stats/kalibera_jones.h"
#include "stats/mixed_model.h"
#include "table/document.h"

namespace joulemark::report {

/// Two variables of the same rows.
struct CorrelationAnalysis {
  std::string with;  ///< the other variable
  std::size_t n = 0;
  stats::Correlation pearson, spearman, kendall;
  stats::Interval pearson_ci;
};

/// Effects of several factors. Parallel lists of F tests: of the values, and of their aligned
/// ranks.
struct FactorialAnalysis {
  std::vector<std::string> effects;  ///< "engine", "batch", "engine:batch"
  std::vector<stats::FactorialEffect> anova;
  std::vector<stats::TestResult> art;
  stats::Outcome outcome = stats::Outcome::kTooFew;
};

/// Effects where the levels of some factors are a random sample.
struct MixedAnalysis {
  std::vector<std::string> factors;         ///< by the bits of stats::FactorSet
  std::vector<std::string> random;          ///< among them
  std::optional<stats::MixedModel> slopes;  ///< of one random factor
  stats::MixedModel intercepts;
};

/// A group of a nested experiment.
struct NestedGroup {
  std::vector<std::size_t> counts;  ///< parallel to summary.levels; as stats::NestedValues::counts
  stats::NestedSummary summary;
  std::vector<double> repetitions;  ///< optimal, by level; empty without costs
};

struct NestedAnalysis {
  std::vector<std::string> levels;      ///< from the outermost
  std::vector<NestedGroup> groups;      ///< parallel to Analysis::groups
  std::vector<stats::Interval> ratios;  ///< of means, parallel to the battery's pairs; or empty
};

/// "engine", "batch", "engine:batch" for the sets of factors; "residual" for none.
std::string effect_name(stats::FactorSet set, const std::vector<std::string>& factors);

/// One variable.
struct Analysis {
  std::string value;          ///< "energy_J"
  std::string scale = "raw";  ///< "raw", or "ln" where logarithms were taken first
  std::string model;          ///< of a stored experiment; "" otherwise
  std::vector<std::string> groups;
  std::vector<std::size_t> missing;  ///< cells without a value, by group
  double level = 0.95;
  stats::Battery battery;
  std::optional<CorrelationAnalysis> correlation;
  std::optional<FactorialAnalysis> factorial;
  std::optional<MixedAnalysis> mixed;
  std::optional<NestedAnalysis> nested;
};

/// The keys are documented in docs/statistics.md.
nlohmann::ordered_json analysis_json(const Analysis& analysis);

/// Tables "groups", "tests", "pairs", and what else there is.
std::vector<table::Table> analysis_tables(const Analysis& analysis);

}  // namespace joulemark::report
