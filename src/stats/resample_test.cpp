// SPDX-License-Identifier: Apache-2.0
// Draws are uniform, and medians drawn from their distribution are those of resamples.
#include "stats/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

std::vector<double> sorted_normals(std::size_t n, Random& random) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(random.normal());
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Resample, IndicesAreUniform) {
  for (const std::size_t n : {2u, 3u, 10u, 100u}) {
    Random random(3);
    std::vector<double> counts(n);
    constexpr int kPairs = 100'000;
    for (int i = 0; i < kPairs; ++i) {
      const IndexPair at = draw_indices(n, random);
      counts.at(at.first) += 1;
      counts.at(at.second) += 1;
    }
    const double expected = 2.0 * kPairs / static_cast<double>(n);
    double chi_squared = 0;
    for (const double count : counts)
      chi_squared += (count - expected) * (count - expected) / expected;
    EXPECT_GT(chi_squared_sf(static_cast<double>(n - 1), chi_squared), 0.001) << n;
  }
}

TEST(Resample, BothIndicesOfAPairAreIndependent) {
  Random random(4);
  double same = 0;
  constexpr int kPairs = 100'000;
  for (int i = 0; i < kPairs; ++i) {
    const IndexPair at = draw_indices(10, random);
    same += at.first == at.second ? 1 : 0;
  }
  EXPECT_NEAR(same, 0.1 * kPairs, 4 * std::sqrt(0.09 * kPairs));
}

TEST(Resample, MeansHaveTheBootstrapsMoments) {
  for (const std::size_t n : {3u, 10u, 31u}) {
    Random random(5);
    const std::vector<double> values = sorted_normals(n, random);
    const std::vector<double> means = resampled_means(values, 40'000, random);
    const auto size = static_cast<double>(n);
    const double error = std::sqrt(variance(values) * (size - 1) / size / size);
    EXPECT_NEAR(mean(means), mean(values), 4 * error / 200) << n;
    EXPECT_NEAR(sd(means) / error, 1, 0.02) << n;
  }
}

TEST(Resample, MediansAreDistributedAsThoseOfResamples) {
  for (const std::size_t n : {3u, 6u, 9u, 20u}) {
    Random random(6);
    const std::vector<double> values = sorted_normals(n, random);
    constexpr int kDraws = 20'000;
    std::vector<double> drawn = resampled_medians(values, kDraws, random);
    std::vector<double> resample(n);
    std::vector<double> direct;
    for (int i = 0; i < kDraws; ++i) {
      for (double& value : resample) value = values[random.below(n)];
      direct.push_back(median(resample));
    }
    std::map<double, double> difference;
    const auto key = [](double value) { return std::round(1e9 * value); };
    for (const double value : drawn) difference[key(value)] += 1;
    for (const double value : direct) difference[key(value)] -= 1;
    double sum = 0;
    double worst = 0;  // Kolmogorov and Smirnov's distance
    for (const auto& [value, count] : difference)
      worst = std::max(worst, std::abs(sum += count) / kDraws);
    EXPECT_LT(worst, 1.95 * std::sqrt(2.0 / kDraws)) << n;  // 0.1 %
  }
}

TEST(Resample, DistributionOfThreeValuesIsKnown) {
  const std::vector<double> values = {1, 2, 3};
  const std::vector<Atom> atoms = median_distribution(values);
  ASSERT_EQ(atoms.size(), 3u);
  EXPECT_NEAR(atoms[0].weight, 7.0 / 27, 1e-14);
  EXPECT_NEAR(atoms[1].weight, 13.0 / 27, 1e-14);
  EXPECT_NEAR(atoms[2].weight, 7.0 / 27, 1e-14);
}

}  // namespace
}  // namespace joulemark::stats
