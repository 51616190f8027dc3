// SPDX-License-Identifier: Apache-2.0
// The numbers that MLPerf's load generator works with, and the criterion's definition.
#include "stats/early_stopping.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

TEST(EarlyStopping, AgreesWithTheLoadGeneratorsNumbers) {
  // 459, 64 and 662 are documented of LoadGen; all are those of scipy.stats.binom.cdf.
  const std::size_t over[] = {0, 1, 2, 10, 50};
  const std::size_t for_90[] = {44, 64, 81, 197, 681};
  const std::size_t for_99[] = {459, 662, 838, 2010, 6898};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(queries_needed(over[i], {.percentile = 0.9}), for_90[i]);
    EXPECT_EQ(queries_needed(over[i]), for_99[i]);
  }
}

TEST(EarlyStopping, HoldsFromTheNeededQueriesOn) {
  for (const double percentile : {0.5, 0.9, 0.97}) {
    for (const std::size_t over : {0u, 3u, 20u}) {
      const EarlyStoppingOptions options = {.percentile = percentile, .confidence = 0.95};
      const std::size_t needed = queries_needed(over, options);
      EXPECT_TRUE(may_stop(needed, over, options));
      EXPECT_FALSE(may_stop(needed - 1, over, options));
      EXPECT_LT(binomial_at_least(needed, percentile, needed - over), 0.05);
    }
  }
  EXPECT_FALSE(may_stop(0, 0));
  EXPECT_FALSE(may_stop(5, 5));
  EXPECT_FALSE(may_stop(5, 9));
}

TEST(EarlyStopping, ToleranceNeedsFewerQueries) {
  EXPECT_LT(queries_needed(3, {.tolerance = 0.005}), queries_needed(3));
  EXPECT_EQ(queries_needed(3, {.percentile = 0.99, .tolerance = 0.09}),
            queries_needed(3, {.percentile = 0.9}));
}

TEST(ConservativePercentile, IsTheGreatestThatQueriesAllow) {
  std::vector<double> latencies(700);
  std::iota(latencies.begin(), latencies.end(), 1.0);
  Random random(3);
  shuffle(latencies, random);
  const PercentileEstimate p90 = conservative_percentile(latencies, {.percentile = 0.9});
  EXPECT_EQ(p90.outcome, Outcome::kOk);
  const std::size_t t = p90.discarded + 1;
  EXPECT_LE(queries_needed(t, {.percentile = 0.9}), 700u);
  EXPECT_GT(queries_needed(t + 1, {.percentile = 0.9}), 700u);
  EXPECT_EQ(p90.value, 701 - static_cast<double>(t));
  EXPECT_EQ(conservative_percentile(latencies).value, 700);  // 662 queries allow one
}

TEST(ConservativePercentile, DegenerateDataAreNamed) {
  std::vector<double> latencies(661, 1.0);
  EXPECT_EQ(conservative_percentile({}).outcome, Outcome::kTooFew);
  EXPECT_EQ(conservative_percentile(latencies).outcome, Outcome::kTooFew);
  EXPECT_TRUE(std::isnan(conservative_percentile(latencies).value));
  latencies.push_back(2);
  EXPECT_EQ(conservative_percentile(latencies).outcome, Outcome::kOk);
  latencies[5] = NAN;
  EXPECT_EQ(conservative_percentile(latencies).outcome, Outcome::kNotFinite);
}

TEST(ConservativePercentile, IsSeldomBelowTheTruth) {
  Random random(21);
  constexpr int kSimulations = 2000;
  int below = 0;
  for (int i = 0; i < kSimulations; ++i) {
    std::vector<double> latencies;
    for (int k = 0; k < 200; ++k) latencies.push_back(random.uniform());
    const EarlyStoppingOptions options = {.percentile = 0.9, .confidence = 0.95};
    below += conservative_percentile(latencies, options).value < 0.9 ? 1 : 0;
  }
  EXPECT_LE(below, 0.05 * kSimulations);
  EXPECT_GT(below, 0);
}

}  // namespace
}  // namespace joulemark::stats
