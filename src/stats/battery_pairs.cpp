// SPDX-License-Identifier: Apache-2.0
#include "stats/battery_pairs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "stats/bootstrap_pair.h"
#include "stats/brunner_munzel.h"
#include "stats/descriptive.h"
#include "stats/dunn.h"
#include "stats/hodges_lehmann.h"
#include "stats/rank_distribution.h"

namespace joulemark::stats {
namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

/// The group with the lowest mean; the first where none has one.
std::size_t lowest(Groups groups) {
  std::size_t best = 0;
  double least = mean(groups[0]);
  for (std::size_t g = 1; g < groups.size(); ++g) {
    const double centre = mean(groups[g]);
    if (!(centre >= least) && std::isfinite(centre)) {
      best = g;
      least = centre;
    }
  }
  return best;
}

Pairs choose(Groups groups, PairChoice choice) {
  Pairs pairs;
  if (groups.size() < 2) return pairs;
  const std::size_t reference = choice == PairChoice::kAll ? 0 : lowest(groups);
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = a + 1; b < groups.size() && choice == PairChoice::kAll; ++b)
      pairs.emplace_back(a, b);
    if (choice != PairChoice::kAll && a != reference)
      pairs.emplace_back(std::min(a, reference), std::max(a, reference));
  }
  return pairs;
}

/// The values of both in the blocks that both have.
struct Matched {
  std::vector<double> a, b;
};

Matched match(const BatteryData& data, std::size_t a, std::size_t b) {
  std::map<std::size_t, double> of_a;
  for (std::size_t i = 0; i < data.groups[a].size(); ++i)
    of_a[data.blocks[a][i]] = data.groups[a][i];
  Matched matched;
  for (std::size_t i = 0; i < data.groups[b].size(); ++i) {
    const auto found = of_a.find(data.blocks[b][i]);
    if (found == of_a.end()) continue;
    matched.a.push_back(found->second);
    matched.b.push_back(data.groups[b][i]);
  }
  return matched;
}

EquivalenceBounds bounds_for(std::span<const double> b, const BatteryOptions& options) {
  const double width = options.bound > 0 ? options.bound : options.margin * std::abs(mean(b));
  return {.lo = -width, .hi = width};
}

class PairAnalyser {
 public:
  PairAnalyser(const BatteryData& data, const BatteryOptions& options)
      : data_(data),
        options_(options),
        range_(static_cast<int>(
            std::clamp<std::size_t>(data.groups.size(), 2, StudentizedRange::kMaxK))) {}

  PairAnalysis operator()(std::size_t a, std::size_t b) {
    const std::span<const double> x = data_.groups[a];
    const std::span<const double> y = data_.groups[b];
    PairAnalysis pair;
    pair.a = a;
    pair.b = b;
    pair.welch = welch_t(x, y, options_.level);
    pair.games_howell = games_howell(x, y, range_, options_.level);
    pair.tukey.test.outcome = Outcome::kTooMany;
    pair.dunn_outcome = data_.ranks.outcome;
    if (pair.dunn_outcome == Outcome::kOk) pair.dunn = dunn_pair(data_.ranks, a, b);
    by_ranks(x, y, pair);
    pair.brunner_munzel = brunner_munzel(x, y);
    pair.cliffs_delta = cliffs_delta(x, y, options_.level);
    pair.effect_size = effect_size(x, y);
    pair.equivalence = tost_welch(x, y, bounds_for(y, options_), 1 - options_.level);
    if (!data_.blocks.empty()) pair.paired = paired(match(data_, a, b));
    if (options_.resampling == PairResampling::kAll) pair.resampled = resampled(x, y);
    return pair;
  }

 private:
  void by_ranks(std::span<const double> x, std::span<const double> y, PairAnalysis& pair) {
    if (!RankDistribution::affordable(x.size(), y.size())) {
      pair.mann_whitney = mann_whitney(x, y);
      pair.hodges_lehmann = hodges_lehmann(x, y, options_.level);
      return;
    }
    const auto sizes = std::minmax({x.size(), y.size()});
    auto known = exact_.find(sizes);
    if (known == exact_.end())
      known =
          exact_.emplace(sizes, RankDistribution::mann_whitney(sizes.first, sizes.second)).first;
    pair.mann_whitney = mann_whitney(x, y, known->second);
    pair.hodges_lehmann = hodges_lehmann(x, y, known->second, options_.level);
  }

  [[nodiscard]] PairedAnalysis paired(const Matched& matched) const {
    PairedAnalysis result;
    result.n = matched.a.size();
    result.t = paired_t(matched.a, matched.b, options_.level);
    result.wilcoxon = wilcoxon_signed_rank(matched.a, matched.b);
    result.hodges_lehmann = hodges_lehmann_paired(matched.a, matched.b, options_.level);
    result.equivalence =
        tost_paired(matched.a, matched.b, bounds_for(matched.b, options_), 1 - options_.level);
    if (options_.resampling == PairResampling::kAll) result.resampled = resampled(matched);
    return result;
  }

  [[nodiscard]] ResampledPair resampled(std::span<const double> x,
                                        std::span<const double> y) const {
    const BootstrapOptions draws = bootstrap();
    return {.permutation = permutation_test(x, y, permutations()),
            .difference_of_means = bca_difference_of_means(x, y, draws),
            .difference_of_medians = bca_difference_of_medians(x, y, draws),
            .ratio_of_means = bca_ratio_of_means(x, y, draws),
            .ratio_of_medians = bca_ratio_of_medians(x, y, draws)};
  }

  [[nodiscard]] ResampledBlocks resampled(const Matched& matched) const {
    const BootstrapOptions draws = bootstrap();
    return {.permutation = permutation_test_paired(matched.a, matched.b, permutations()),
            .ratio_of_geometric_means =
                bca_paired_ratio_of_geometric_means(matched.a, matched.b, draws),
            .ratio_of_medians = bca_paired_ratio_of_medians(matched.a, matched.b, draws)};
  }

  [[nodiscard]] PermutationOptions permutations() const {
    return {.seed = options_.seed, .resamples = options_.resamples};
  }

  [[nodiscard]] BootstrapOptions bootstrap() const {
    return {options_.seed, options_.resamples, options_.level};
  }

  const BatteryData& data_;
  const BatteryOptions& options_;
  StudentizedRange range_;
  std::map<std::pair<std::size_t, std::size_t>, RankDistribution> exact_;
};

/// Of the family of the pairs that are compared.
void adjust_dunn(std::vector<PairAnalysis>& pairs) {
  std::vector<double> p;
  for (const PairAnalysis& pair : pairs) p.push_back(pair.dunn.p);
  const auto holm = adjust(p, Adjustment::kHolm);
  const auto bonferroni = adjust(p, Adjustment::kBonferroni);
  const auto rate = adjust(p, Adjustment::kBenjaminiHochberg);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].dunn.adjusted_p = holm[i];
    pairs[i].dunn_bonferroni = bonferroni[i];
    pairs[i].dunn_bh = rate[i];
  }
}

}  // namespace

std::vector<PairAnalysis> analyse_pairs(const BatteryData& data, PairChoice choice,
                                        const BatteryOptions& options) {
  std::vector<PairAnalysis> pairs;
  PairAnalyser analyser(data, options);
  for (const auto& [a, b] : choose(data.groups, choice)) pairs.push_back(analyser(a, b));
  adjust_dunn(pairs);
  if (choice != PairChoice::kAll) return pairs;
  const auto tukey = tukey_hsd(data.groups, options.level);
  for (std::size_t i = 0; i < tukey.size() && i < pairs.size(); ++i) pairs[i].tukey = tukey[i];
  return pairs;
}

}  // namespace joulemark::stats
