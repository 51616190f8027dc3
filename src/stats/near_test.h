// SPDX-License-Identifier: Apache-2.0
// Expectations of a relative error, and small samples that reference implementations were given.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace joulemark::stats {

/// |actual / expected − 1| ≤ tolerance.
inline void expect_relative(double actual, double expected, double tolerance,
                            const std::string& of = "") {
  EXPECT_NEAR(actual / expected, 1, tolerance) << actual << " for " << expected << " " << of;
}

namespace samples {

// Ties, unequal sizes and unequal variances; what SciPy 1.17, pingouin 0.7 or R 4.2 say of them
// stands in the tests.
inline const std::vector<double> kX = {1.5, 2.25, 3, 3, 4.5, 6};
inline const std::vector<double> kY = {2, 2, 5.5, 8, 9.25};
inline const std::vector<double> kZ = {0.5, 1, 1, 2.5, 7, 7.5, 12};
inline const std::vector<std::vector<double>> kGroups = {kX, kY, kZ};

/// Each value times `scale` plus `shift`.
inline std::vector<double> moved(std::vector<double> values, double scale, double shift) {
  for (double& value : values) value = value * scale + shift;
  return values;
}

inline std::vector<std::vector<double>> moved(std::vector<std::vector<double>> groups, double scale,
                                              double shift) {
  for (std::vector<double>& group : groups) group = moved(std::move(group), scale, shift);
  return groups;
}

}  // namespace samples
}  // namespace joulemark::stats
