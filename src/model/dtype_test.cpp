// SPDX-License-Identifier: Apache-2.0
// Element types: names, sizes, widening and rounding.
#include "model/dtype.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "model/small_float.h"

namespace joulemark::model {
namespace {

TEST(Dtype, NamesGoBothWays) {
  for (int number = 1; number <= JM_INT2; ++number) {
    const auto dtype = dtype_from_onnx(number);
    ASSERT_TRUE(dtype);
    EXPECT_EQ(dtype_from_name(dtype_name(*dtype)), *dtype) << number;
  }
  EXPECT_FALSE(dtype_from_onnx(0));
  EXPECT_FALSE(dtype_from_onnx(27));
  EXPECT_FALSE(dtype_from_onnx(-1));
  EXPECT_FALSE(dtype_from_name("undefined"));
  EXPECT_EQ(dtype_from_name("bf16"), JM_BFLOAT16);
}

TEST(Dtype, PackedSizesRoundUpToBytes) {
  const std::vector<std::int64_t> five = {5};
  EXPECT_EQ(*byte_size(JM_INT4, five), 3u);
  EXPECT_EQ(*byte_size(JM_UINT2, five), 2u);
  EXPECT_EQ(*byte_size(JM_FLOAT32, five), 20u);
  EXPECT_EQ(*byte_size(JM_COMPLEX128, std::vector<std::int64_t>{}), 16u);
  EXPECT_EQ(*byte_size(JM_STRING, five), 0u);
}

TEST(Dtype, ImpossibleShapesAreErrors) {
  EXPECT_FALSE(element_count(std::vector<std::int64_t>{2, -1}));
  EXPECT_FALSE(element_count(std::vector<std::int64_t>{1LL << 40, 1LL << 40}));
  EXPECT_FALSE(byte_size(JM_FLOAT32, std::vector<std::int64_t>{1LL << 40}));
  EXPECT_FALSE(byte_size(JM_STRING, std::vector<std::int64_t>{1LL << 40}));
  EXPECT_FALSE(element_count(std::vector<std::int64_t>{1LL << 40, 0, 1LL << 40}));
  EXPECT_EQ(*element_count(std::vector<std::int64_t>{5, 0}), 0u);
}

struct SmallFloat {
  jm_dtype dtype;
  unsigned bits;
  double value;
};

TEST(SmallFloats, KnownPatternsWiden) {
  const double inf = std::numeric_limits<double>::infinity();
  const SmallFloat cases[] = {
      {JM_FLOAT16, 0x3c00, 1},          {JM_FLOAT16, 0x7bff, 65504},
      {JM_FLOAT16, 0x0001, 0x1p-24},    {JM_FLOAT16, 0xfc00, -inf},
      {JM_BFLOAT16, 0x3f80, 1},         {JM_BFLOAT16, 0x7f80, inf},
      {JM_BFLOAT16, 0x0001, 0x1p-133},  {JM_FLOAT8E4M3FN, 0x7e, 448},
      {JM_FLOAT8E4M3FN, 0x01, 0x1p-9},  {JM_FLOAT8E4M3FNUZ, 0x7f, 240},
      {JM_FLOAT8E5M2, 0x7b, 57344},     {JM_FLOAT8E5M2, 0x7c, inf},
      {JM_FLOAT8E5M2FNUZ, 0x7f, 57344}, {JM_FLOAT8E5M2FNUZ, 0x01, 0x1p-17},
      {JM_FLOAT4E2M1, 0x7, 6},          {JM_FLOAT4E2M1, 0x9, -0.5},
      {JM_FLOAT8E8M0, 127, 1},          {JM_FLOAT8E8M0, 0, 0x1p-127},
  };
  for (const SmallFloat& c : cases) {
    EXPECT_EQ(widen(c.dtype, c.bits), c.value) << dtype_name(c.dtype) << " " << c.bits;
  }
  EXPECT_TRUE(std::isnan(widen(JM_FLOAT16, 0x7e00)));
  EXPECT_TRUE(std::isnan(widen(JM_FLOAT8E4M3FN, 0xff)));
  EXPECT_TRUE(std::isnan(widen(JM_FLOAT8E4M3FNUZ, 0x80)));
  EXPECT_TRUE(std::isnan(widen(JM_FLOAT8E8M0, 255)));
}

TEST(SmallFloats, EveryFinitePatternSurvivesRounding) {
  for (const jm_dtype dtype : {JM_FLOAT16, JM_BFLOAT16, JM_FLOAT8E4M3FN, JM_FLOAT8E4M3FNUZ,
                               JM_FLOAT8E5M2, JM_FLOAT8E5M2FNUZ, JM_FLOAT4E2M1, JM_FLOAT8E8M0}) {
    const unsigned patterns = 1u << dtype_info(dtype).bits;
    for (unsigned bits = 0; bits < patterns; ++bits) {
      const double value = widen(dtype, bits);
      if (std::isnan(value)) {
        EXPECT_TRUE(std::isnan(widen(dtype, narrow(dtype, value)))) << dtype_name(dtype);
        continue;
      }
      ASSERT_EQ(narrow(dtype, value), bits) << dtype_name(dtype) << " " << bits;
    }
  }
}

TEST(SmallFloats, RoundToNearestEvenAndSaturate) {
  EXPECT_EQ(narrow(JM_FLOAT16, 2049), narrow(JM_FLOAT16, 2048));
  EXPECT_EQ(narrow(JM_FLOAT16, 2051), narrow(JM_FLOAT16, 2052));
  EXPECT_EQ(narrow(JM_FLOAT16, 65520), 0x7c00u);
  EXPECT_EQ(narrow(JM_FLOAT16, 65519), 0x7bffu);
  EXPECT_EQ(narrow(JM_FLOAT8E4M3FN, 1e9), 0x7eu);
  EXPECT_EQ(narrow(JM_FLOAT8E4M3FN, -1e9), 0xfeu);
  EXPECT_EQ(narrow(JM_FLOAT4E2M1, 100), 7u);
  EXPECT_EQ(narrow(JM_FLOAT8E5M2FNUZ, -0.0), 0u);
}

TEST(Elements, EveryTypeKeepsSmallNumbers) {
  for (int number = 1; number <= JM_INT2; ++number) {
    const auto dtype = static_cast<jm_dtype>(number);
    if (dtype == JM_STRING || dtype == JM_FLOAT8E8M0) continue;
    std::array<std::byte, 64> data{};
    set_element(dtype, data.data(), 2, 1);
    EXPECT_EQ(element_as_double(dtype, data.data(), 2), 1) << dtype_name(dtype);
    EXPECT_EQ(element_as_double(dtype, data.data(), 1), 0) << dtype_name(dtype);
    EXPECT_EQ(element_as_double(dtype, data.data(), 3), 0) << dtype_name(dtype);
  }
}

TEST(Elements, IntegersSaturate) {
  std::array<std::byte, 16> data{};
  const auto stored = [&](jm_dtype dtype, double value) {
    set_element(dtype, data.data(), 1, value);
    return element_as_double(dtype, data.data(), 1);
  };
  EXPECT_EQ(stored(JM_INT8, 300), 127);
  EXPECT_EQ(stored(JM_INT8, -300), -128);
  EXPECT_EQ(stored(JM_UINT8, -1), 0);
  EXPECT_EQ(stored(JM_INT4, 9), 7);
  EXPECT_EQ(stored(JM_INT4, -9), -8);
  EXPECT_EQ(stored(JM_UINT2, 9), 3);
  EXPECT_EQ(stored(JM_INT64, 1e300), 9223372036854775807.0);
  EXPECT_EQ(stored(JM_BOOL, 5), 1);
}

}  // namespace
}  // namespace joulemark::model
