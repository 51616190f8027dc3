// SPDX-License-Identifier: Apache-2.0
// From an experiment's raw facts to the answer: which configuration is best, how sure we are, and
// what to distrust.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "joulemark/result.h"
#include "stats/interval.h"
#include "verdict/metric.h"

namespace joulemark::verdict {

/// One metric of one cell, over its finished trials.
struct Estimate {
  stats::Interval median;  ///< 95 % BCa interval; in the metric's unit
  double mean = 0;         ///< NaN when n is 0
  double cv = 0;           ///< sd / mean; NaN below two values
  int n = 0;               ///< trials that have a value
  std::string reason;      ///< machine-readable, when n is 0: "vm", "no_sensor", "no_trial"
};

/// Where a configuration stands among those of its model.
enum class Standing {
  kBest,        ///< the lowest geometric mean of the primary metric
  kTied,        ///< differs from the best by less than the margin
  kUnresolved,  ///< may or may not be within the margin of the best
  kWorse,       ///< more than the margin worse than the best
  kUnranked,    ///< listed only, with `reason`
};
/// "best", "tied", "unresolved", "worse", "unranked".
const char* to_string(Standing standing);

/// Value of this configuration over that of the best, as a ratio of geometric means paired by
/// block. The intervals of one model hold together with 95 % (Bonferroni over the rivals of the
/// best).
struct Ratio {
  stats::Interval interval;  ///< > 1: needs more than the best
  int blocks = 0;            ///< blocks in which both have a value
};

/// One configuration of one model: a row of the table.
struct Cell {
  std::size_t model = 0;  ///< index into Judgement::models
  Configuration configuration;
  std::string label;    ///< configuration_label(configuration)
  std::string version;  ///< of the engine, as the trials recorded it
  Standing standing = Standing::kUnranked;
  std::string reason;               ///< why it is not ranked, for people; empty when it is
  Ratio ratio;                      ///< to the best; without meaning when unranked
  std::vector<std::size_t> trials;  ///< indices of its finished trials, at most one per block, in
                                    ///< order of blocks
  int finished = 0;                 ///< == trials.size()
  int not_ok = 0;                   ///< blocks without a finished trial
  std::vector<Estimate> estimates;  ///< by MetricId
  [[nodiscard]] bool ranked() const { return standing != Standing::kUnranked; }
  [[nodiscard]] bool in_best_set() const {
    return standing == Standing::kBest || standing == Standing::kTied ||
           standing == Standing::kUnresolved;
  }
  [[nodiscard]] const Estimate& estimate(MetricId id) const {
    return estimates[static_cast<std::size_t>(id)];
  }
};

/// What can be said of one model.
enum class Outcome {
  kBetter,      ///< one configuration is more than the margin better than every other
  kTie,         ///< several, and they are the same within the margin
  kUnresolved,  ///< several, and more repetitions are needed to tell
  kSingle,      ///< one configuration only: a value, no comparison
  kNone,        ///< nothing can be ranked
};
/// "better", "tie", "unresolved", "single", "none".
const char* to_string(Outcome outcome);

struct ModelVerdict {
  std::string model;
  Outcome outcome = Outcome::kNone;
  MetricId primary = MetricId::kTime;  ///< energy when every rankable configuration measured it
  std::string sentence;                ///< the answer in plain words
  std::vector<std::size_t> cells;      ///< indices into Judgement::cells, best first, unranked last
  std::optional<std::size_t> best;     ///< index into Judgement::cells
};

/// The whole answer. Cells stand in the order of `models`, best first within a model.
struct Judgement {
  std::string sentence;  ///< of the one model, or an overall one
  std::vector<ModelVerdict> models;
  std::vector<Cell> cells;
  std::vector<Caveat> caveats;
  /// values[metric][trial], parallel to metrics() and ExperimentRecord::trials; NaN where absent.
  std::vector<std::vector<double>> values;
  /// Cell of each trial, parallel to ExperimentRecord::trials.
  std::vector<std::size_t> cell_of_trial;
};

/// Judges `record`. Needs the durations for latency quantiles only; never fails: what cannot be
/// said is an outcome with a reason.
Judgement judge(const ExperimentRecord& record);

}  // namespace joulemark::verdict
