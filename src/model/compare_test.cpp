// SPDX-License-Identifier: Apache-2.0
// Which differences count, and how they are told.
#include "model/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace joulemark::model {
namespace {

using ::testing::HasSubstr;

HostTensor tensor(jm_dtype dtype, std::vector<std::int64_t> dims, std::vector<double> values) {
  auto result = *make_tensor("y", dtype, std::move(dims));
  for (std::size_t i = 0; i < values.size(); ++i) {
    set_element(dtype, result.data.data(), i, values[i]);
  }
  return result;
}

constexpr Tolerance kTight{.rtol = 1e-3, .atol = 1e-6};
const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInf = std::numeric_limits<double>::infinity();

TEST(Compare, EqualTensorsHaveNoDetail) {
  const auto a = tensor(JM_FLOAT32, {2}, {1, kNan});
  const auto difference = compare(a, a, {});
  EXPECT_TRUE(difference.agrees);
  EXPECT_EQ(difference.max_abs, 0);
  EXPECT_EQ(difference.detail, "");
}

TEST(Compare, TellsWhereTheLargestDifferenceIs) {
  const auto got = tensor(JM_FLOAT32, {2, 2}, {1, 2.1, 3, 1.25});
  const auto want = tensor(JM_FLOAT32, {2, 2}, {1, 2, 3, 1.5});
  const auto difference = compare(got, want, kTight);
  EXPECT_FALSE(difference.agrees);
  EXPECT_EQ(difference.detail,
            "output 'y'[1,1]: got 1.25, want 1.5 (2 of 4 elements outside tolerance)");
  EXPECT_DOUBLE_EQ(difference.max_abs, 0.25);
  EXPECT_NEAR(difference.max_rel, 0.25 / 1.5, 1e-12);
}

TEST(Compare, DifferencesWithinToleranceAgreeAndAreStillTold) {
  const auto difference =
      compare(tensor(JM_FLOAT32, {}, {1.0009765625}), tensor(JM_FLOAT32, {}, {1}), kTight);
  EXPECT_TRUE(difference.agrees);
  EXPECT_GT(difference.max_abs, 0);
  EXPECT_THAT(difference.detail, HasSubstr("output 'y': got 1.00097656, want 1"));
}

TEST(Compare, NanAndInfinityEqualOnlyThemselves) {
  const auto want = tensor(JM_FLOAT32, {3}, {kNan, kInf, 1});
  EXPECT_TRUE(compare(tensor(JM_FLOAT32, {3}, {kNan, kInf, 1.0001}), want, kTight).agrees);
  EXPECT_FALSE(compare(tensor(JM_FLOAT32, {3}, {0, kInf, 1}), want, kTight).agrees);
  const auto infinite = compare(tensor(JM_FLOAT32, {3}, {kNan, -kInf, 1.5}), want, kTight);
  EXPECT_FALSE(infinite.agrees);
  EXPECT_THAT(infinite.detail, HasSubstr("[1]: got -inf, want inf"));
  EXPECT_TRUE(std::isnan(infinite.max_abs) && std::isnan(infinite.max_rel));
  EXPECT_EQ(infinite.max_abs_reason, "not_finite");
}

TEST(Compare, IntegersAndBoolsMustBeEqual) {
  EXPECT_FALSE(compare(tensor(JM_INT32, {1}, {1000000}), tensor(JM_INT32, {1}, {1000001}),
                       {.rtol = 1, .atol = 1})
                   .agrees);
  EXPECT_FALSE(
      compare(tensor(JM_BOOL, {1}, {1}), tensor(JM_BOOL, {1}, {0}), {.rtol = 9, .atol = 9}).agrees);
}

TEST(Compare, Large64BitIntegersDoNotLoseTheirLastBit) {
  auto got = *make_tensor("y", JM_INT64, {1});
  auto want = got;
  got.data[0] = std::byte{1};
  got.data[7] = want.data[7] = std::byte{0x40};
  const auto difference = compare(got, want, {});
  EXPECT_FALSE(difference.agrees);
  EXPECT_EQ(difference.max_abs, 1);
  EXPECT_THAT(difference.detail, HasSubstr("got 4611686018427387905, want 4611686018427387904"));
}

TEST(Compare, OtherTypeOrShapeDisagrees) {
  const auto want = tensor(JM_FLOAT32, {2}, {1, 2});
  EXPECT_THAT(compare(tensor(JM_FLOAT64, {2}, {1, 2}), want, kTight).detail,
              HasSubstr("got type float64, want float32"));
  EXPECT_THAT(compare(tensor(JM_FLOAT32, {2, 1}, {1, 2}), want, kTight).detail,
              HasSubstr("got shape [2, 1], want [2]"));
}

TEST(Compare, StringsMustBeEqual) {
  auto want = *make_tensor("y", JM_STRING, {2});
  want.strings = {"a", "b"};
  auto got = want;
  EXPECT_TRUE(compare(got, want, {}).agrees);
  got.strings[1] = "c";
  EXPECT_THAT(compare(got, want, {}).detail, HasSubstr("'y'[1]: got 'c', want 'b'"));
}

TEST(Compare, ComplexNumbersAreComparedByPart) {
  const auto want = tensor(JM_COMPLEX64, {2}, {1, 2, 3, 4});
  const auto difference = compare(tensor(JM_COMPLEX64, {2}, {1, 2, 3, 5}), want, kTight);
  EXPECT_FALSE(difference.agrees);
  EXPECT_THAT(difference.detail, HasSubstr("'y'[1]: got 5 (imaginary part)"));
}

TEST(Compare, EmptyTensorsAgree) {
  EXPECT_TRUE(compare(tensor(JM_FLOAT32, {0, 3}, {}), tensor(JM_FLOAT32, {0, 3}, {}), {}).agrees);
}

TEST(AgreementTolerance, ScalesWithTheLargestElement) {
  const auto small = agreement_tolerance(tensor(JM_FLOAT32, {2}, {1e-3, kInf}));
  const auto large = agreement_tolerance(tensor(JM_FLOAT32, {2}, {-1000, kNan}));
  EXPECT_NEAR(small.atol, 1e-7, 1e-9);
  EXPECT_NEAR(large.atol, 0.1, 1e-6);
  EXPECT_EQ(large.rtol, 1e-3);
}

TEST(AgreementTolerance, IsLooserForLessPreciseArithmetic) {
  const auto want = tensor(JM_FLOAT32, {1}, {1});
  EXPECT_LT(agreement_tolerance(want).rtol, agreement_tolerance(want, JM_FLOAT16).rtol);
  EXPECT_LT(agreement_tolerance(want, JM_FLOAT16).rtol,
            agreement_tolerance(want, JM_BFLOAT16).rtol);
  EXPECT_EQ(agreement_tolerance(tensor(JM_INT8, {1}, {1}), JM_BFLOAT16).rtol, 0);
}

TEST(Compare, WhatHasNoNumberIsNotZero) {
  const auto want = tensor(JM_FLOAT32, {2}, {0, 0});
  EXPECT_EQ(compare(tensor(JM_FLOAT64, {2}, {0, 0}), want, kTight).max_abs_reason,
            "not_comparable");
  const auto from_zero = compare(tensor(JM_FLOAT32, {2}, {0, 3}), want, kTight);
  EXPECT_EQ(from_zero.max_abs, 3);
  EXPECT_TRUE(std::isnan(from_zero.max_rel));
  EXPECT_EQ(from_zero.max_rel_reason, "zero_reference");
}

TEST(Worse, KeepsAMissingNumberWithItsReason) {
  const Difference fine{.agrees = true, .max_abs = 9, .max_rel = 1, .detail = "fine"};
  const Difference none = disagreement("other type", "not_comparable");
  for (const auto& both : {worse(fine, none), worse(none, fine)}) {
    EXPECT_TRUE(std::isnan(both.max_abs) && std::isnan(both.max_rel));
    EXPECT_EQ(both.max_rel_reason, "not_comparable");
    EXPECT_EQ(both.detail, "other type");
  }
}

TEST(Worse, KeepsTheDisagreementAndTheLargestNumbers) {
  const Difference fine{.agrees = true, .max_abs = 9, .max_rel = 1, .detail = "fine"};
  const Difference bad{.agrees = false, .max_abs = 1, .max_rel = 2, .detail = "bad"};
  for (const auto& both : {worse(fine, bad), worse(bad, fine)}) {
    EXPECT_FALSE(both.agrees);
    EXPECT_EQ(both.max_abs, 9);
    EXPECT_EQ(both.max_rel, 2);
    EXPECT_EQ(both.detail, "bad");
  }
}

TEST(ConformanceTolerance, IsThatOfOnnxForEachType) {
  EXPECT_EQ(conformance_tolerance(JM_FLOAT32).rtol, 1e-3);
  EXPECT_EQ(conformance_tolerance(JM_FLOAT16).rtol, 1e-3);
  EXPECT_EQ(conformance_tolerance(JM_BFLOAT16).rtol, 1.0 / 64);
  EXPECT_EQ(conformance_tolerance(JM_BFLOAT16).atol, 1e-7);
}

}  // namespace
}  // namespace joulemark::model
