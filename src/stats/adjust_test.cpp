// SPDX-License-Identifier: Apache-2.0
// Adjusted p-values against R's p.adjust.
#include "stats/adjust.h"

#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kNaN;

const std::vector<double> kP = {.01, .02, .03, .04, .05, .001, kNaN, .5};

void expect_adjusted(Adjustment adjustment, const std::vector<double>& want) {
  const std::vector<double> got = adjust(kP, adjustment);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(std::isnan(got[i]), std::isnan(want[i])) << i;
    if (!std::isnan(want[i])) expect_relative(got[i], want[i], 1e-14);
  }
}

TEST(Adjust, AgreesWithR) {
  expect_adjusted(Adjustment::kNone, kP);
  expect_adjusted(Adjustment::kHolm, {.06, .1, .12, .12, .12, .007, kNaN, .5});
  expect_adjusted(Adjustment::kBenjaminiHochberg,
                  {.035, .14 / 3, .0525, .056, .35 / 6, .007, kNaN, .5});
  expect_adjusted(Adjustment::kBonferroni, {.07, .14, .21, .28, .35, .007, kNaN, 1});
}

TEST(Adjust, NothingStaysNothing) {
  EXPECT_TRUE(adjust(std::vector<double>{}, Adjustment::kHolm).empty());
  EXPECT_TRUE(std::isnan(adjust(std::vector<double>{kNaN}, Adjustment::kBenjaminiHochberg)[0]));
  EXPECT_EQ(adjust(std::vector<double>{.3}, Adjustment::kHolm)[0], .3);
}

TEST(Adjust, IsOrderedAsTheMethodsAre) {
  Random random(4);
  std::vector<double> p(40);
  for (double& value : p) value = random.uniform() * random.uniform();
  const std::vector<double> holm = adjust(p, Adjustment::kHolm);
  const std::vector<double> discovery = adjust(p, Adjustment::kBenjaminiHochberg);
  const std::vector<double> bonferroni = adjust(p, Adjustment::kBonferroni);
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_LE(p[i], discovery[i]);
    EXPECT_LE(discovery[i], holm[i]);
    EXPECT_LE(holm[i], bonferroni[i]);
    EXPECT_LE(bonferroni[i], 1);
    for (std::size_t j = 0; j < p.size(); ++j) EXPECT_TRUE(p[i] >= p[j] || holm[i] <= holm[j]);
  }
}

}  // namespace
}  // namespace joulemark::stats
