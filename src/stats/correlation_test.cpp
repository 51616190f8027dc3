// SPDX-License-Identifier: Apache-2.0
// Correlations: golden values, SciPy and R, invariances, degenerate data.
#include "stats/correlation.h"

#include <tuple>

#include "stats/golden_csv_test.h"
#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kTiedX;
using rank_samples::kTiedY;
using rank_samples::kX;
using rank_samples::kY;
using rank_samples::Sample;

/// Median energy and duration of every configuration of a study, without the TorchScript ones.
struct Study {
  Sample energy;
  Sample duration;
};

Study read_study(const std::string& subset) {
  using Key = std::tuple<std::string, std::string, std::string>;
  const std::string folder = "examples/studies/code-slm-2412.15441/";
  const auto key = [](const golden::Row& row) {
    return Key(row.at("ep"), row.at("engine"), row.at("model"));
  };
  std::map<Key, double> energy;
  for (const golden::Row& row : golden::read_csv(folder + "medians_energy.csv"))
    if (row.at("metric") == "global_energy_median" && row.at("engine") != "idle")
      energy[key(row)] = golden::number(row.at("value"));
  const std::string provider = subset == "cpu_36" ? "CPU" : subset == "cuda_24" ? "CUDA" : "";
  Study study;
  for (const golden::Row& row : golden::read_csv(folder + "medians_duration.csv")) {
    const bool wanted = provider.empty() || row.at("ep") == provider;
    if (!wanted || row.at("engine") == "torchscript" || !energy.contains(key(row))) continue;
    study.energy.push_back(energy[key(row)]);
    study.duration.push_back(golden::number(row.at("value")));
  }
  return study;
}

TEST(Correlation, AgreesWithTheGoldenValues) {
  const auto rows = golden::read_csv("tests/data/stats-golden/correlation_energy_duration.csv");
  ASSERT_EQ(rows.size(), 3u);
  for (const golden::Row& row : rows) {
    SCOPED_TRACE(row.at("subset"));
    const auto [energy, duration] = read_study(row.at("subset"));
    ASSERT_EQ(static_cast<double>(energy.size()), golden::number(row.at("n")));
    const Correlation r = pearson(energy, duration);
    expect_relative(r.coefficient, golden::number(row.at("pearson_r")));
    expect_relative(r.test.p, golden::number(row.at("pearson_p")), 1e-11);
    const Correlation rho = spearman(energy, duration);
    expect_relative(rho.coefficient, golden::number(row.at("spearman_rho")));
    expect_relative(rho.test.p, golden::number(row.at("spearman_p")), 1e-11);
    const Correlation tau = kendall(energy, duration);
    expect_relative(tau.coefficient, golden::number(row.at("kendall_tau_b")));
    expect_relative(tau.test.p, golden::number(row.at("kendall_p")), 1e-11);
  }
}

TEST(Pearson, AgreesWithSciPy) {
  const Correlation result = pearson(kX, kY);
  EXPECT_EQ(result.test.outcome, Outcome::kOk);
  EXPECT_EQ(result.test.df1, 8);
  expect_relative(result.coefficient, 0.6789121334314078);
  expect_relative(result.test.p, 0.030871831858122818);
  const Interval interval = pearson_interval(kX, kY);
  expect_relative(interval.lo, 0.0860829173833354);
  expect_relative(interval.hi, 0.9166894882114625);
}

TEST(Pearson, ForgetsOrderScaleAndShift) {
  const Correlation result = pearson(rank_samples::moved(rank_samples::reversed(kX), 1e6, 1e9),
                                     rank_samples::moved(rank_samples::reversed(kY), -2, 5));
  expect_relative(result.coefficient, -pearson(kX, kY).coefficient, 1e-9);
  expect_relative(pearson(kY, kX).test.p, pearson(kX, kY).test.p, 1e-13);
  const double huge = 1e300;  // squares of such values are beyond all doubles
  expect_relative(pearson(rank_samples::moved(kX, huge, 0), kY).coefficient,
                  pearson(kX, kY).coefficient);
}

TEST(Pearson, PointsOnALineAreCertain) {
  const Sample x = {1, 2, 3, 5, 8};
  const Correlation result = pearson(x, rank_samples::moved(x, -0.1, 0.7));
  EXPECT_EQ(result.coefficient, -1);
  EXPECT_EQ(result.test.statistic, -rank_samples::kInfinity);
  EXPECT_EQ(result.test.p, 0);
  const Interval interval = pearson_interval(x, rank_samples::moved(x, -0.1, 0.7));
  EXPECT_EQ(interval.lo, -1);
  EXPECT_EQ(interval.hi, -1);
}

TEST(Spearman, AgreesWithSciPyAndR) {
  const Correlation result = spearman(kX, kY);
  expect_relative(result.coefficient, 0.6606060606060605);
  expect_relative(result.test.p, 0.03758837757140934);
  const Correlation tied = spearman(kTiedX, kTiedY);
  expect_relative(tied.coefficient, 0.6687630619061119);
  expect_relative(tied.test.p, 0.03448479625632173);
  const Correlation exact =
      spearman(rank_samples::first_of(kX, 9), rank_samples::first_of(kY, 9), SpearmanTest::kExact);
  EXPECT_EQ(exact.test.statistic, 36);
  expect_relative(exact.test.p, 0.04325396825396825);
}

TEST(Spearman, TheExactTestNamesWhatItCannotDo) {
  const Correlation many = spearman(kX, kY, SpearmanTest::kExact);
  EXPECT_EQ(many.test.outcome, Outcome::kTooMany);
  EXPECT_TRUE(std::isnan(many.test.p));
  expect_relative(many.coefficient, 0.6606060606060605);
  EXPECT_EQ(spearman(kTiedX, kTiedY, SpearmanTest::kExact).test.outcome, Outcome::kTies);
}

TEST(Spearman, SeesOnlyTheOrder) {
  Sample y = kY;
  for (double& value : y) value = std::exp(value / 10);
  expect_relative(spearman(kX, y).coefficient, spearman(kX, kY).coefficient, 1e-14);
  EXPECT_EQ(spearman(kX, kX).coefficient, 1);
  EXPECT_EQ(spearman(kX, kX).test.p, 0);
}

TEST(Kendall, AgreesWithSciPy) {
  const Correlation result = kendall(kX, kY);
  EXPECT_EQ(result.test.statistic, 23);
  expect_relative(result.coefficient, 0.5111111111111111);
  expect_relative(result.test.p, 0.04662257495590829);
  const Correlation tied = kendall(kTiedX, kTiedY);
  expect_relative(tied.coefficient, 0.5432512781572743);
  expect_relative(tied.test.p, 0.04089351072766242);
  const Correlation few = kendall(rank_samples::first_of(kX, 8), rank_samples::first_of(kY, 8));
  expect_relative(few.coefficient, 0.5714285714285714);
  expect_relative(few.test.p, 0.06101190476190476);
}

TEST(Kendall, CountsPairsAsByBruteForce) {
  Random random(21);
  for (int round = 0; round < 100; ++round) {
    Sample a(2 + random.below(20));
    Sample b(a.size());
    for (double& value : a) value = static_cast<double>(random.below(8));
    for (double& value : b) value = static_cast<double>(random.below(8));
    double excess = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const double product = (a[i] - a[j]) * (b[i] - b[j]);
        excess += product > 0 ? 1 : product < 0 ? -1 : 0;
      }
    const Correlation result = kendall(a, b);
    if (result.test.outcome == Outcome::kOk) {
      EXPECT_EQ(result.test.statistic, excess);
    }
    EXPECT_EQ(std::isnan(result.test.p), result.test.outcome != Outcome::kOk);
  }
}

TEST(Kendall, OneExchangeAmongManyValuesIsCounted) {
  Sample a(40);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<double>(i);
  Sample b = a;
  EXPECT_EQ(kendall(a, b).coefficient, 1);
  expect_relative(kendall(a, b).test.p, 2.451234878256772e-48);  // SciPy
  std::swap(b[3], b[4]);
  expect_relative(kendall(a, b).test.p, 9.804939513027087e-47);
  std::swap(b[8], b[9]);
  EXPECT_GT(kendall(a, b).test.p, 1e-20);  // two exchanges: normal
}

TEST(Kendall, MirroringTurnsTheSign) {
  const Correlation result = kendall(kX, rank_samples::moved(kY, -1, 0));
  EXPECT_EQ(result.coefficient, -kendall(kX, kY).coefficient);
  EXPECT_EQ(result.test.p, kendall(kX, kY).test.p);
  EXPECT_EQ(kendall(kY, kX).coefficient, kendall(kX, kY).coefficient);
}

TEST(Correlation, DegenerateDataAreNamed) {
  const auto all = [](const Sample& a, const Sample& b, Outcome outcome) {
    for (const Correlation& result : {pearson(a, b), spearman(a, b), kendall(a, b)}) {
      EXPECT_EQ(result.test.outcome, outcome);
      EXPECT_TRUE(std::isnan(result.coefficient) && std::isnan(result.test.p));
    }
    EXPECT_EQ(pearson_interval(a, b).outcome, outcome);
  };
  all({}, {}, Outcome::kTooFew);
  all({1}, {2}, Outcome::kTooFew);
  all({1, 2, 3}, {1, 2}, Outcome::kUnbalanced);
  all({1, 2, rank_samples::kNaN}, {1, 2, 3}, Outcome::kNotFinite);
  all({1, 2, 3}, {1, 2, -rank_samples::kInfinity}, Outcome::kNotFinite);
  all({1, 2, 3}, {7, 7, 7}, Outcome::kConstant);
  EXPECT_EQ(pearson(Sample{1, 2}, Sample{1, 2}).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(pearson(Sample{1e308, 1.1e308, 1.2e308}, Sample{1, 3, 2}).test.outcome,
            Outcome::kNotFinite);
  EXPECT_EQ(kendall(Sample{1, 2}, Sample{1, 2}).test.p, 1);
  const Interval three = pearson_interval(Sample{1, 2, 3}, Sample{1, 3, 2});
  EXPECT_EQ(three.outcome, Outcome::kTooFew);
  expect_relative(three.estimate, 0.5);
}

}  // namespace
}  // namespace joulemark::stats
