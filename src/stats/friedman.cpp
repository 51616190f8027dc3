// SPDX-License-Identifier: Apache-2.0
#include "stats/friedman.h"

#include <cmath>
#include <vector>

#include "stats/complete_blocks.h"
#include "stats/distribution.h"
#include "stats/ranks.h"
#include "stats/studentized_range.h"

namespace joulemark::stats {
namespace {

/// Ranks inside blocks, summed per treatment. Their deviations from the mean rank are halves of
/// integers, so that the sums are exact.
struct BlockRanks {
  std::vector<double> sums;  // of rank − (k + 1)/2
  double between = 0;        // Σ of their squares
  double total = 0;          // Σ of squares of the single deviations
  double blocks = 0;
  double treatments = 0;
  Outcome outcome = Outcome::kTooFew;
};

BlockRanks rank_blocks(Groups treatments) {
  BlockRanks result;
  result.outcome = check_complete_blocks(treatments);
  if (result.outcome != Outcome::kOk) return result;
  const std::size_t k = treatments.size();
  result.sums.resize(k);
  result.treatments = static_cast<double>(k);
  result.blocks = static_cast<double>(treatments.front().size());
  std::vector<double> block(k);
  for (std::size_t j = 0; j < treatments.front().size(); ++j) {
    for (std::size_t i = 0; i < k; ++i) block[i] = treatments[i][j];
    const Ranks ranks = midranks(block);
    for (std::size_t i = 0; i < k; ++i) {
      const double deviation = ranks.ranks[i] - (result.treatments + 1) / 2;
      result.sums[i] += deviation;
      result.total += deviation * deviation;
    }
  }
  for (const double sum : result.sums) result.between += sum * sum;
  if (result.total == 0) result.outcome = Outcome::kConstant;
  return result;
}

/// The test of all pairs, the statistic being the difference of rank sums over `error`.
template <class PValue>
PairTests compare_sums(const BlockRanks& ranks, double error, const PValue& p_value) {
  PairTests result;
  result.outcome = Outcome::kOk;
  for (std::size_t a = 0; a < ranks.sums.size(); ++a) {
    for (std::size_t b = a + 1; b < ranks.sums.size(); ++b) {
      const double statistic = (ranks.sums[a] - ranks.sums[b]) / error;
      const double p = p_value(std::abs(statistic));
      result.pairs.push_back({.a = a, .b = b, .statistic = statistic, .p = p, .adjusted_p = p});
    }
  }
  return result;
}

PairTests without_pairs(Outcome outcome) {
  return {.pairs = {}, .outcome = outcome};
}

}  // namespace

Friedman friedman(Groups treatments) {
  const BlockRanks ranks = rank_blocks(treatments);
  Friedman result;
  result.test.outcome = ranks.outcome;
  if (ranks.outcome != Outcome::kOk) return result;
  result.test.df1 = ranks.treatments - 1;
  result.test.statistic = result.test.df1 * ranks.between / ranks.total;
  result.test.p = chi_squared_sf(result.test.df1, result.test.statistic);
  result.w = ranks.between / (ranks.blocks * ranks.total);
  return result;
}

PairTests nemenyi(Groups treatments) {
  const BlockRanks ranks = rank_blocks(treatments);
  if (ranks.outcome != Outcome::kOk) return without_pairs(ranks.outcome);
  if (treatments.size() > StudentizedRange::kMaxK) return without_pairs(Outcome::kTooMany);
  const double k = ranks.treatments;
  const double error = std::sqrt(k * (k + 1) * ranks.blocks / 12);
  StudentizedRange range(static_cast<int>(k));
  return compare_sums(
      ranks, error, [&](double q) { return range.sf(q, std::numeric_limits<double>::infinity()); });
}

PairTests conover(Groups treatments, Adjustment adjustment) {
  const BlockRanks ranks = rank_blocks(treatments);
  if (ranks.outcome != Outcome::kOk) return without_pairs(ranks.outcome);
  const double df = (ranks.blocks - 1) * (ranks.treatments - 1);
  const double residual = ranks.blocks * ranks.total - ranks.between;
  if (residual <= 0) return without_pairs(Outcome::kSeparated);
  PairTests result =
      compare_sums(ranks, std::sqrt(2 * residual / df), [&](double t) { return 2 * t_sf(df, t); });
  adjust(result, adjustment);
  return result;
}

}  // namespace joulemark::stats
