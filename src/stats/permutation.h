// SPDX-License-Identifier: Apache-2.0
// Tests that compare what was measured with what other assignments of the treatments would give.
#pragma once

#include <cstdint>
#include <span>

#include "stats/test_result.h"

namespace joulemark::stats {

struct PermutationOptions {
  std::uint64_t seed = 1;
  int resamples = 9999;
};

/// `test.p` is the share of assignments, the measured one among them, whose statistic is at least
/// as far from zero as the measured one, up to rounding.
struct PermutationTest {
  enum class Method {
    kExact,       ///< all assignments
    kMonteCarlo,  ///< (count + 1)/(resamples + 1) of drawn ones (Phipson & Smyth 2010, SAGMB 9:39)
  };
  TestResult test;
  Method method = Method::kExact;
};

/// Of each test, kNotFinite also where a difference is beyond all doubles.

/// Assignments up to which all are tried, of two samples and of blocks.
inline constexpr double kMaxAssignments = 200'000;
/// Pairs up to which all signs are tried.
inline constexpr std::size_t kMaxSignedPairs = 20;

/// Two treatments in blocks, whose i-th values come from the same block: the signs of the
/// differences are exchangeable (Fisher 1935, The Design of Experiments, §21). The statistic is the
/// mean of a − b. kTooFew: no pair. kUnbalanced: spans of different length. kConstant: all zeros.
PermutationTest permutation_test_paired(std::span<const double> a, std::span<const double> b,
                                        const PermutationOptions& options = {});

/// treatments[i][j] is the i-th treatment's value in the j-th block; values are exchanged inside
/// blocks. The statistic is F of the randomised complete block design (Pitman 1938, Biometrika
/// 29:322), infinite where treatments explain all. kTooFew: below two treatments or blocks.
/// kUnbalanced: a treatment that lacks a block. kConstant: all values equal inside every block.
PermutationTest permutation_test_blocks(Groups treatments, const PermutationOptions& options = {});

/// Two independent samples. The statistic is Welch's t of a − b, which keeps the level also where
/// the variances differ (Janssen 1997, Stat. Probab. Lett. 36:9); infinite where neither sample
/// varies. kTooFew: below two values in a sample. kConstant: all values equal.
PermutationTest permutation_test(std::span<const double> a, std::span<const double> b,
                                 const PermutationOptions& options = {});

}  // namespace joulemark::stats
