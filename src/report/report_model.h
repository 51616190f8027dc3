// SPDX-License-Identifier: Apache-2.0
// Everything a report shows, as plain values: what every renderer (text, JSON, HTML) reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "joulemark/result.h"
#include "verdict/verdict.h"

namespace joulemark::report {

/// Latencies of all finished trials of a cell, per call.
struct LatencyDistribution {
  std::size_t cell = 0;
  std::int64_t count = 0;  ///< records; 0: the durations were not loaded, and nothing below is set
  /// Counts of bins of equal width in ln, from `lo_ms` to `hi_ms` (smallest and largest value). One
  /// bin when all values are equal.
  double lo_ms = 0, hi_ms = 0;
  std::vector<std::int64_t> bins;
  /// Exact quantiles {p, ms}, p ascending from 0 to 1; p beyond what `count` supports is left out.
  std::vector<std::pair<double, double>> quantiles;
};

/// One signal of a time line, reduced to at most kTimelineBuckets buckets of equal length.
struct TimelineSeries {
  std::string name;
  std::string unit;
  std::vector<double> t_s;       ///< start of each non-empty bucket, seconds since the trial began
  std::vector<double> min, max;  ///< within the bucket
};
inline constexpr std::size_t kTimelineBuckets = 600;

/// The phases and signals of one trial.
struct Timeline {
  std::size_t cell = 0;
  std::size_t trial = 0;  ///< index into ExperimentRecord::trials and the columns of TrialColumns
  std::string kind;       ///< "typical" (nearest the cell's median) or "worst" (largest value)
  struct PhaseSpan {
    std::string phase;
    double t0_s = 0, t1_s = 0;  ///< since the trial's first phase began
  };
  std::vector<PhaseSpan> phases;
  std::vector<TimelineSeries> series;  ///< empty when the series were not loaded
};

/// The trials, one column per fact; the metrics' columns are Judgement::values.
struct TrialColumns {
  std::vector<std::size_t> cell;
  std::vector<int> block, position, attempt;
  std::vector<std::string> status;  ///< as to_string(TrialStatus)
  std::vector<std::string> reason;  ///< "" when ok
  std::vector<double> started_at;   ///< seconds since the epoch
  /// What disturbed it although it counts: codes with blanks between them, "" as a rule.
  std::vector<std::string> disturbed;
};

/// An attempt that is in no statistic, because another one at its place counts.
struct SetAside {
  std::size_t cell = 0;
  int block = 0, position = 0, attempt = 0;
  double started_at = 0;       ///< seconds since the epoch
  double value = 0;            ///< of its model's ranked metric; NaN where there is none
  std::vector<Caveat> causes;  ///< what disturbed it
};

/// What `record` set aside, in its order.
std::vector<SetAside> list_set_aside(const ExperimentRecord& record,
                                     const verdict::Judgement& judgement);

/// The experiment as such.
struct ExperimentFacts {
  std::int64_t id = 0;
  std::string uuid;
  std::string name;
  double created_at = 0;
  std::uint64_t seed = 0;
  int repetitions = 0;
  double margin = 0;
  double rate = 0;       ///< requests per second; 0: one after another
  std::string arrivals;  ///< "poisson", "uniform"; without meaning where there is no rate
  std::string toml;
};

/// What `record` says of its experiment.
ExperimentFacts facts_of(const ExperimentRecord& record);

struct ReportModel {
  ExperimentFacts experiment;
  verdict::Judgement judgement;  ///< sentences, rows, caveats, values
  TrialColumns trials;
  std::vector<SetAside> set_aside;
  std::vector<LatencyDistribution> latency;  ///< parallel to judgement.cells
  std::vector<Timeline> timelines;           ///< at most two a cell
  std::vector<HostFingerprint> hosts;
  std::vector<Finding> findings;                         ///< of the machine, before the first trial
  std::vector<IdleBracket> brackets;                     ///< in the order of time
  std::vector<std::optional<EnergyEstimate>> estimates;  ///< as estimate_rows gives them
};

/// What is put in besides the verdict and the rows.
struct ModelOptions {
  /// Bins of each latency distribution; at most 64 when there are more than 100 cells.
  std::size_t latency_bins = 256;
  /// Cells with a time line, best first; the rest have none.
  std::size_t timeline_cells = 72;
  /// Fetches the series of a chosen trial whose record holds none (they are large and need not be
  /// loaded for all). Empty: only what the record holds.
  std::function<std::vector<Series>(const TrialRecord&)> series_of;
};

/// Never fails: what is not there is left out.
ReportModel build_report_model(const ExperimentRecord& record, verdict::Judgement judgement,
                               const ModelOptions& options = {});

}  // namespace joulemark::report
