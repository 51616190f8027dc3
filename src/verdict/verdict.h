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
#include "stats/test_result.h"
#include "verdict/adaptation.h"
#include "verdict/energy_calibration.h"
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

/// Where a configuration stands among those of its model. All but kBest and kUnranked are said by
/// its ratio's interval [lo, hi] and the margin m.
enum class Standing {
  kBest,    ///< ranks first: the others' ratios are to it
  kTied,    ///< 1/(1 + m) ≤ lo, hi ≤ 1 + m: differs from the best by no more than the margin
  kBehind,  ///< 1 < lo ≤ 1 + m < hi: needs more; whether by more than the margin is not resolved
  kUnresolved,  ///< none of the others, or there is no interval: not told from the best
  kWorse,       ///< 1 + m < lo, or left out by the race: needs more by more than the margin
  kUnranked,    ///< listed only, with `reason`
};
/// "best", "tied", "behind", "unresolved", "worse", "unranked".
const char* to_string(Standing standing);

/// Value of this configuration over that of the best: the geometric mean, over the blocks in which
/// both have a value, of the ratio within the block. This is what ranks. The intervals of one model
/// hold together with 95 %, although the data chose the best (stats/best_set.h says how). That of a
/// configuration that the race left out is the race's, to the one that was best then, times that
/// one's own.
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
  int different = 0;                ///< of the finished ones, those whose outputs differ
  int not_ok = 0;                   ///< blocks without a finished trial
  std::optional<LeftOut> left_out;  ///< from further blocks, by the race
  std::vector<Estimate> estimates;  ///< by MetricId
  std::string energy;               ///< for people, with uncertainty, class, scopes and sensor
  /// The same without what the idle machine draws, and without what the loaded one does; "" where
  /// that was not measured.
  std::string energy_above_idle, energy_above_ready;
  [[nodiscard]] bool ranked() const { return standing != Standing::kUnranked; }
  /// Ranked, and not shown to be more than the margin worse than the best.
  [[nodiscard]] bool in_best_set() const { return ranked() && standing != Standing::kWorse; }
  /// Whether at least half of its finished trials have an energy to rank by.
  [[nodiscard]] bool has_energy() const {
    const int n = estimate(MetricId::kEnergy).n;
    return n > 0 && 2 * n >= finished;
  }
  [[nodiscard]] const Estimate& estimate(MetricId id) const {
    return estimates[static_cast<std::size_t>(id)];
  }
};

/// What can be said of one model.
enum class Outcome {
  kBetter,      ///< one configuration is more than the margin better than every other
  kTie,         ///< several, and they are the same within the margin
  kUnresolved,  ///< several, and at least one is kBehind or kUnresolved: repetitions are lacking
  kSingle,      ///< one configuration only: a value, no comparison
  kNone,        ///< nothing can be ranked
};
/// "better", "tie", "unresolved", "single", "none".
const char* to_string(Outcome outcome);

/// Whether another analysis agrees with the standings.
enum class Check {
  kStable,       ///< it does
  kConditional,  ///< it does not
  kUnchecked,    ///< it can say nothing
};
/// "stable", "conditional", "unchecked".
const char* to_string(Check check);

struct Sensitivity {
  std::string analysis;  ///< "medians", "ranks", "without 2 flagged repetitions", "net of idle"
  Check check = Check::kUnchecked;
  std::string detail;  ///< what it says otherwise, or why it can say nothing
};

/// Repetitions that stand out among those of their configuration; they count like all others.
struct Flags {
  struct Repetition {
    std::size_t cell = 0;
    int block = 0;
    double times_median = 1;  ///< its value over the median of its configuration
  };
  struct Change {
    std::size_t cell = 0;
    double with = 1, without = 1;  ///< ratio to the best
  };
  std::vector<Repetition> repetitions;
  std::vector<Change> changes;  ///< of the configurations whose ratio they move
};

struct ModelVerdict {
  std::string model;
  Outcome outcome = Outcome::kNone;
  MetricId primary = MetricId::kTime;  ///< what ranks: JudgeOptions::objective
  std::string sentence;                ///< the answer in plain words
  std::vector<std::size_t> cells;      ///< indices into Judgement::cells, best first, unranked last
  std::optional<std::size_t> best;     ///< index into Judgement::cells
  std::optional<int> ended;            ///< blocks after which nothing more was asked for
  /// Whether the configurations differ at all, of ln of what ranks: Welch's analysis of variance,
  /// and the test of Kruskal and Wallis.
  stats::TestResult welch_anova, kruskal_wallis;
  std::vector<Sensitivity> sensitivities;
  Flags flags;
};

/// One configuration over all models.
struct AcrossRow {
  std::string label;
  /// Geometric mean over the models of its ratio to the first row's; models are the clusters
  /// (`blocks` counts them). The intervals of all rows hold together with 95 %.
  Ratio ratio;
  int best_sets = 0;  ///< models in whose best set it is
};

/// What several models say together.
struct AcrossModels {
  std::vector<AcrossRow> rows;  ///< ranked for every model; the least needing first
  /// F test of configuration × model on ln: whether the ratios depend on the model.
  stats::TestResult interaction;
};

/// The whole answer. Cells stand in the order of `models`, best first within a model.
struct Judgement {
  /// What its sentences are about.
  std::string where = "On this machine";
  /// Requests per second at which all trials were asked; 0: one after another.
  double rate = 0;
  std::string sentence;  ///< of the one model, or an overall one
  std::vector<ModelVerdict> models;
  std::vector<Cell> cells;
  std::vector<Caveat> caveats;
  std::optional<AcrossModels> across;  ///< of several models that can be compared
  EnergyCalibration calibration;       ///< of the joules' sensors
  std::string energy_basis;            ///< what the joules cover, in one line; empty without energy
  /// Ranked configurations whose interval does not show that they meet a constraint.
  std::vector<std::string> open_constraints;
  /// values[metric][trial], parallel to metrics() and ExperimentRecord::trials; NaN where absent.
  std::vector<std::vector<double>> values;
  /// Cell of each trial, parallel to ExperimentRecord::trials.
  std::vector<std::size_t> cell_of_trial;
  /// The trial's ranked metric over that of the best's trial in the same block, parallel to
  /// ExperimentRecord::trials. NaN for a trial that does not count, without a partner in its block,
  /// or of an unranked cell. Ratio::interval.estimate is the geometric mean over a cell's.
  std::vector<double> ratio_to_best;
};

struct JudgeOptions;  // judge_options.h

/// Judges `record`. Needs the durations for latency quantiles only; never fails: what cannot be
/// said is an outcome with a reason.
Judgement judge(const ExperimentRecord& record);
Judgement judge(const ExperimentRecord& record, const JudgeOptions& options);

}  // namespace joulemark::verdict
