// SPDX-License-Identifier: Apache-2.0
// Samples for the tests of rank methods, with and without equal values, whose reference results
// SciPy 1.17, scikit-posthocs 0.17 and R 4.2 gave.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace joulemark::stats::rank_samples {

using Sample = std::vector<double>;

// Skewed, of different sizes, without equal values.
inline const Sample kA = {45.745, 74.704, 50.268, 9.221,  6.591,  21.195,
                          40.008, 30.185, 85.475, 36.623, 33.509, 11.189};
inline const Sample kB = {37.886, 138.47, 67.553, 98.91, 33.123, 52.998, 34.566, 44.728, 103.543};

// With many equal values.
inline const std::vector<Sample> kTied = {
    {7, 4, 7, 3, 6, 7, 7, 2}, {9, 8, 13, 13, 9, 8, 6, 8, 7, 6, 13}, {4, 7, 3, 4, 7, 11}};

// Pairs without equal values or differences, and with.
inline const Sample kX = {51.698, 50.9,   56.631, 47.345, 54.797,
                          48.39,  46.168, 54.845, 48.242, 48.449};
inline const Sample kY = {49.032, 46.105, 60.034, 45.349, 58.632,
                          55.435, 47.324, 52.965, 50.925, 52.234};
inline const Sample kTiedX = {6, 1, 4, 1, 3, 3, 6, 2, 0, 2};
inline const Sample kTiedY = {5, 2, 7, 1, 4, 5, 4, 2, 4, 3};

// Four treatments in six blocks, with equal values inside blocks, and three without.
inline const std::vector<Sample> kTiedBlocks = {
    {8, 8, 5, 1, 3, 3}, {7, 6, 3, 6, 2, 2}, {3, 4, 10, 3, 7, 3}, {4, 6, 5, 7, 4, 10}};
inline const std::vector<Sample> kBlocks = {{20.2, 21.08, 21.33, 22.11, 19.52, 18.78},
                                            {21.88, 21.48, 23.58, 22.38, 22.48, 22.29},
                                            {26.46, 22.91, 23.04, 25.77, 23.79, 24.72}};

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline void expect_relative(double got, double want, double tolerance = 1e-12) {
  EXPECT_NEAR(got, want, std::abs(want) * tolerance);
}

/// scale · x + shift.
inline Sample moved(Sample sample, double scale, double shift) {
  for (double& value : sample) value = scale * value + shift;
  return sample;
}

inline Sample first_of(const Sample& sample, std::ptrdiff_t count) {
  return {sample.begin(), sample.begin() + count};
}

inline Sample reversed(Sample sample) {
  std::reverse(sample.begin(), sample.end());
  return sample;
}

}  // namespace joulemark::stats::rank_samples
