// SPDX-License-Identifier: Apache-2.0
// The noncentral t against SciPy, Student's t, and itself.
#include "stats/noncentral_t.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/distribution.h"
#include "stats/near_test.h"

namespace joulemark::stats {
namespace {

TEST(NoncentralT, AgreesWithSciPy) {
  EXPECT_NEAR(noncentral_t_sf(2.5, 7.5, 1.2), 0.15165897042004775, 1e-12);
  EXPECT_NEAR(noncentral_t_sf(-1, 18, 0.5), 0.9287329363811827, 1e-12);
  EXPECT_NEAR(noncentral_t_sf(20, 18, 15), 0.08239631327492153, 1e-12);
}

TEST(NoncentralT, WithoutNoncentralityIsStudents) {
  for (const double df : {1.0, 2.5, 18.0, 1e4})
    for (const double t : {-3.0, 0.0, 0.5, 2.0, 40.0})
      EXPECT_NEAR(noncentral_t_sf(t, df, 0), t_sf(df, t), 1e-13);
}

TEST(NoncentralT, BothIntegralsAgreeWhereOneFollowsTheOther) {
  for (const double df : {2.0, 6.0, 9.0}) {
    const double t = 4 * std::sqrt(df) + 0.1;
    const double before = noncentral_t_sf(t, df, 10);
    const double after = noncentral_t_sf(t, df, 10 + 1e-9);
    EXPECT_GT(before, 0.1);
    EXPECT_NEAR(after, before, 1e-9);
  }
}

TEST(Noncentrality, ComesBack) {
  for (const double df : {1.0, 3.0, 18.0, 300.0})
    for (const double t : {-250.0, -4.0, 0.0, 0.7, 12.0, 900.0})
      for (const double p : {0.005, 0.025, 0.5, 0.975})
        EXPECT_NEAR(noncentral_t_sf(t, df, noncentrality(t, df, p)), p, 1e-10) << df << " " << t;
}

}  // namespace
}  // namespace joulemark::stats
