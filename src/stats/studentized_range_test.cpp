// SPDX-License-Identifier: Apache-2.0
// The studentized range against quadrature in higher precision, Student's t, and itself.
#include "stats/studentized_range.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stats/chi_average.h"
#include "stats/distribution.h"
#include "stats/golden_csv_test.h"
#include "stats/near_test.h"

namespace joulemark::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(StudentizedRange, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::read_csv("tests/data/stats-golden/ptukey_grid.csv")) {
    const int k = std::stoi(row.at("k"));
    const double df = golden::number(row.at("df"));
    const double q = golden::number(row.at("q"));
    EXPECT_NEAR(studentized_range_cdf(q, k, df), golden::number(row.at("exact_quadrature")), 1e-12)
        << q << " " << k << " " << df;
  }
}

TEST(StudentizedRange, QuantilesAgreeWithTheGoldenValues) {
  for (const golden::Row& row : golden::read_csv("tests/data/stats-golden/qtukey_grid.csv")) {
    const int k = std::stoi(row.at("k"));
    const double df = golden::number(row.at("df"));
    const double p = golden::number(row.at("p"));
    // R's own quantiles are that wrong for few degrees of freedom.
    const double tolerance = df < 5 ? 1e-2 : 1e-4;
    expect_relative(studentized_range_quantile(p, k, df), golden::number(row.at("qtukey")),
                    tolerance);
  }
}

TEST(StudentizedRange, QuantilesAgreeWithSciPy) {
  expect_relative(studentized_range_quantile(0.99, 8, 3), 15.641002732855904, 1e-12);
  expect_relative(studentized_range_quantile(0.99, 10, 3), 16.690809117589588, 1e-12);
  expect_relative(studentized_range_quantile(0.99, 20, 3), 19.76480907450154, 1e-12);
}

// Gauss–Legendre quadrature with the 64-bit mantissas of long double, 14 points in each of some
// hundred panels of ln s and thirty of z.
struct Precise {
  double q;
  int k;
  double df;
  double sf;
};
constexpr Precise kPrecise[] = {{1000000.0, 4, 9.0, 5.705798243800295e-49},
                                {10000000.0, 60, 9.0, 3.269249310179674e-56},
                                {100000.0, 10, 12.5, 1.242481671369155e-53},
                                {300, 60, 40.0, 2.011655570585782e-59},
                                {2000, 3, 18.0, 2.110239331446749e-46},
                                {16, 60, 1000000.0, 1.994981308082194e-26},
                                {20, 10, 5000.0, 6.724192608380147e-43},
                                {16.399999999999999, 3, 1000000.0, 1.292981978249447e-30},
                                {15, 1000, 400.0, 1.252778315931145e-17},
                                {300000000.0, 5, 7.5, 1.338824130072043e-59},
                                {40.3488713878316, 150, 12.5, 1.696691009394046e-09},
                                {129.60525874569436, 3, 2.5, 3.494306453815192e-05},
                                {10.168396589393968, 60, 77.0, 6.009353857253038e-07},
                                {23.853936525134067, 4, 40.0, 5.23822199320714e-19},
                                {27.77640266319942, 10000, 1.3, 0.1554726963076303},
                                {3.0675667431369438, 10, 18.0, 0.5079855541125},
                                {1.3420844878533573, 4, 40.0, 0.7787001612727626},
                                {661.0094084335419, 3000, 1.0, 0.00855640910434936},
                                {14.727279097086592, 1000, 5000.0, 1.93421091379122e-19},
                                {4.578827627161598, 3000, 5.0, 0.9597071098064689},
                                {1.4520890561968884, 10, 40.0, 0.9886933125527845},
                                {164.5573470505119, 3, 2.5, 1.923892784457596e-05},
                                {1.4708888112888838, 20, 12.5, 0.9996417538900531},
                                {10.687625175137732, 10000, 7.1, 0.179904859964756},
                                {3.3523184297206035, 60, 40.0, 0.9698423385083852},
                                {1.825886374002907, 5, 5000.0, 0.6967612977149317},
                                {2.5453610263148105, 7, 1.0, 0.68746076445813},
                                {2.535854270652752, 7, 7.1, 0.5875411861958577},
                                {41.68115420934904, 20, 12.5, 6.605972750282295e-11},
                                {3.866012070150979, 150, 9.63, 0.9271489752902058},
                                {606.7662320812665, 5, 1.3, 0.000622682055882113},
                                {9.721302585258337, 1000, 40.0, 0.003411941980253574}};

TEST(StudentizedRange, TailsAreRelativelyExact) {
  for (const Precise& at : kPrecise)
    expect_relative(studentized_range_sf(at.q, at.k, at.df), at.sf, 1e-11);
}

TEST(StudentizedRange, TwoValuesAreStudentsT) {
  for (const double df : {1.0, 2.5, 9.63, 120.0, kInfinity})
    for (const double q : {0.1, 2.0, 30.0})
      expect_relative(studentized_range_sf(q, 2, df), 2 * t_sf(df, q / std::sqrt(2.0)), 1e-14);
}

/// By the average that is taken for more than two values.
double two_by_quadrature(double q, double df) {
  ChiLattice lattice;
  lattice.df = df;
  lattice.step = 1 / std::sqrt(49 + 4 * df);
  lattice.start = -std::log(std::hypot(1.0, q / std::sqrt(2 * df)));
  return average_over_chi(
      lattice, [&](std::int64_t, double log_s) { return std::erfc(q * std::exp(log_s) / 2); });
}

TEST(StudentizedRange, TheAverageOfNormalTailsIsStudentsT) {
  for (const double df : {1.0, 1.7, 3.0, 9.63, 40.0, 1e3, 1e6})
    for (const double p : {0.9, 0.05, 1e-6, 1e-20, 1e-60})
      expect_relative(two_by_quadrature(-std::sqrt(2.0) * t_quantile(df, p / 2), df), p, 1e-10);
}

TEST(StudentizedRange, WhatIsRememberedChangesNothing) {
  for (const int k : {3, 60, 10'000}) {
    StudentizedRange range(k);
    for (int round = 0; round < 2; ++round)
      for (const double df : {1.0, 9.63, 10.0, 31.4, 500.0})
        for (const double q : {0.5, 4.0, 17.0})
          EXPECT_EQ(range.sf(q, df), studentized_range_sf(q, k, df));
  }
}

TEST(StudentizedRange, QuantilesComeBack) {
  for (const int k : {2, 3, 7, 60, 1000})
    for (const double df : {1.0, 1.3, 9.63, 1e3, 1e6, kInfinity})
      for (const double p : {0.001, 0.3, 0.5, 0.95, 0.9999}) {
        const double q = studentized_range_quantile(p, k, df);
        EXPECT_NEAR(studentized_range_cdf(q, k, df), p, 1e-13) << p << " " << k << " " << df;
      }
}

TEST(StudentizedRange, ManyDegreesOfFreedomAreInfinitelyMany) {
  for (const double df : {1e9, 1e13, 1e17})
    expect_relative(studentized_range_sf(5, 10, df), studentized_range_sf(5, 10, kInfinity),
                    1e3 / df + 1e-12);
}

TEST(StudentizedRange, FallsAndGrowsAsItMust) {
  double before = 1;
  for (double q = 0.5; q < 1e6; q *= 1.5) {
    const double sf = studentized_range_sf(q, 12, 8.5);
    EXPECT_LE(sf, before);
    EXPECT_LE(studentized_range_sf(q, 11, 8.5), sf);
    EXPECT_LE(sf, 66 * studentized_range_sf(q, 2, 8.5));  // all pairs, each by itself
    before = sf;
  }
}

TEST(StudentizedRange, EndsAndNonsenseAreNamed) {
  EXPECT_EQ(studentized_range_sf(0, 5, 10), 1);
  EXPECT_EQ(studentized_range_sf(-3, 5, 10), 1);
  EXPECT_EQ(studentized_range_sf(1e-300, 5, 10), 1);
  EXPECT_EQ(studentized_range_sf(kInfinity, 5, 10), 0);
  EXPECT_EQ(studentized_range_sf(1e300, 5, 10), 0);
  EXPECT_EQ(studentized_range_cdf(kInfinity, 5, 10), 1);
  EXPECT_EQ(studentized_range_quantile(0, 5, 10), 0);
  EXPECT_EQ(studentized_range_quantile(1, 5, 10), kInfinity);
  for (const double df : {0.0, 1e-300, -1.0, kNaN})
    EXPECT_TRUE(std::isnan(studentized_range_sf(3, 5, df)));
  for (const int k : {-1, 0, 1, 10'001}) {
    EXPECT_TRUE(std::isnan(studentized_range_sf(3, k, 10)));
    EXPECT_TRUE(std::isnan(studentized_range_quantile(0.5, k, 10)));
  }
  EXPECT_TRUE(std::isnan(studentized_range_sf(kNaN, 5, 10)));
  EXPECT_TRUE(std::isnan(studentized_range_quantile(kNaN, 5, 10)));
  EXPECT_TRUE(std::isnan(studentized_range_quantile(1.5, 5, 10)));
}

}  // namespace
}  // namespace joulemark::stats
