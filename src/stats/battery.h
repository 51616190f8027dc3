// SPDX-License-Identifier: Apache-2.0
// Every test and effect size of one variable measured on several groups, in one pass.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stats/adjust.h"
#include "stats/anova.h"
#include "stats/cliffs_delta.h"
#include "stats/early_stopping.h"
#include "stats/effect_size.h"
#include "stats/equivalence.h"
#include "stats/friedman.h"
#include "stats/interval.h"
#include "stats/kruskal_wallis.h"
#include "stats/mann_whitney.h"
#include "stats/outliers.h"
#include "stats/pairwise_means.h"
#include "stats/permutation.h"
#include "stats/quantile_interval.h"
#include "stats/test_result.h"
#include "stats/trend.h"
#include "stats/welch_t.h"
#include "stats/wilcoxon.h"

namespace joulemark::stats {

/// Which pairs of groups are compared.
enum class PairChoice {
  kAll,
  kWithLowest,  ///< each with the group of the lowest mean
  kAuto,        ///< all of up to kMostGroupsInPairs groups, else those with the lowest
};

/// Whether pairs are resampled too: each takes `resamples` permutations and as many draws of each
/// bootstrap, which of many groups is what takes the time.
enum class PairResampling { kNone, kAll };

struct BatteryOptions {
  double level = 0.95;     ///< of every interval
  int resamples = 9999;    ///< of each bootstrap
  std::uint64_t seed = 1;  ///< of the bootstraps
  double margin = 0.03;    ///< of equivalence: bounds are ± this part of |mean of b|, see TOST
  double bound = 0;        ///< if above 0, the bounds are ± this instead, in the values' unit
  PairChoice pairs = PairChoice::kAuto;
  PairResampling resampling = PairResampling::kNone;
  std::vector<double> quantiles = {};  ///< of each group, in (0, 1)
};

/// One quantile of a group.
struct GroupQuantile {
  double p = 0;
  QuantileInterval found;
  PercentileEstimate conservative;  ///< as MLPerf's single-stream scenario reports it
};

/// One group. Every member says itself why it is not there.
struct GroupAnalysis {
  std::size_t n = 0;
  double mean = 0, median = 0, sd = 0, cv = 0, min = 0, max = 0;  ///< NaN where undefined
  TestResult shapiro_wilk;
  Interval mean_ci;                      ///< of Student's t
  Interval bca_mean;                     ///< bootstrap
  Interval bca_median;                   ///< exact bootstrap distribution
  Interval median_ci;                    ///< order statistics
  Flagged outliers;                      ///< modified z beyond 3.5; places among the group's values
  MannKendall trend;                     ///< over the order of the values
  TheilSen drift;                        ///< the same, per value
  std::vector<GroupQuantile> quantiles;  ///< parallel to BatteryOptions::quantiles
};

/// What resampling says of groups a and b.
struct ResampledPair {
  PermutationTest permutation;
  Interval difference_of_means, difference_of_medians;  ///< BCa
  Interval ratio_of_means, ratio_of_medians;            ///< BCa
};

/// What resampling says of a and b in common blocks.
struct ResampledBlocks {
  PermutationTest permutation;
  Interval ratio_of_geometric_means, ratio_of_medians;  ///< BCa
};

/// The groups in common blocks.
struct PairedAnalysis {
  std::size_t n = 0;  ///< blocks that both have
  TTest t;
  Wilcoxon wilcoxon;
  Interval hodges_lehmann;
  Equivalence equivalence;
  /// After Friedman's test, where all pairs are compared: of the ranks inside all blocks. Conover's
  /// p is adjusted by Holm.
  PairTest nemenyi, conover;
  Outcome nemenyi_outcome = Outcome::kTooMany, conover_outcome = Outcome::kTooMany;
  std::optional<ResampledBlocks> resampled;  ///< where asked for
};

/// Groups a and b: differences are a − b.
struct PairAnalysis {
  std::size_t a = 0;
  std::size_t b = 0;
  TTest welch;
  PairwiseMean games_howell;
  PairwiseMean tukey;  ///< kTooMany unless all pairs are compared
  PairTest dunn;       ///< adjusted by Holm over the pairs that are compared
  double dunn_bonferroni = 0, dunn_bh = 0;
  Outcome dunn_outcome = Outcome::kTooFew;
  MannWhitney mann_whitney;
  TestResult brunner_munzel;
  Interval hodges_lehmann;
  CliffsDelta cliffs_delta;
  EffectSize effect_size;
  Equivalence equivalence;
  std::optional<PairedAnalysis> paired;    ///< where there are blocks
  std::optional<ResampledPair> resampled;  ///< where asked for
};

struct Battery {
  std::vector<GroupAnalysis> groups;
  TestResult levene_median, levene_mean, bartlett, fligner;
  OneWayAnova anova;
  TestResult welch_anova;
  KruskalWallis kruskal_wallis;
  std::optional<Friedman> friedman;  ///< where there are blocks; kUnbalanced unless all complete
  std::optional<PermutationTest> permutation;  ///< the same, where asked for
  bool all_pairs = true;                       ///< else those with the group of the lowest mean
  std::vector<PairAnalysis> pairs;             ///< (0, 1), (0, 2), …, (1, 2), …, a < b
};

/// Above, pairs grow beyond what anybody reads: 200 groups make 19,900.
inline constexpr std::size_t kMostGroupsInPairs = 200;

/// `blocks[g][i]` is the block of `groups[g][i]`, each once in a group; empty without blocks.
/// Never fails: what data do not allow is an Outcome where it would stand.
Battery analyse(Groups groups, std::span<const std::vector<std::size_t>> blocks,
                const BatteryOptions& options = {});

}  // namespace joulemark::stats
