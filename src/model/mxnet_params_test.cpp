// SPDX-License-Identifier: Apache-2.0
#include "model/mxnet_params.h"

#include <gmock/gmock.h>

#include "model/testing/params_bytes.h"

namespace joulemark::model {
namespace {

using joulemark::testing::number_bytes;
using joulemark::testing::params_array;
using joulemark::testing::params_bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kSix(24, 'x');

std::string why_not(const std::string& bytes) {
  const auto parsed = parse_mxnet_params(bytes);
  return parsed ? "" : parsed.error().message;
}

TEST(MxnetParams, ArraysHaveNamesTypesSizesAndElements) {
  const std::string bytes = params_bytes(
      {params_array({2, 3}, 0, kSix), params_array({4}, 3, "abcd")}, {"arg:fc_weight", "aux:mean"});
  const auto arrays = parse_mxnet_params(bytes);
  ASSERT_TRUE(arrays) << arrays.error().message;
  ASSERT_EQ(arrays->size(), 2);
  EXPECT_EQ(arrays->at(0).name, "fc_weight");
  EXPECT_EQ(arrays->at(0).dtype, JM_FLOAT32);
  EXPECT_THAT(arrays->at(0).dims, ElementsAre(2, 3));
  EXPECT_EQ(arrays->at(0).data, kSix);
  EXPECT_EQ(arrays->at(1).name, "mean");
  EXPECT_EQ(arrays->at(1).data, "abcd");
}

TEST(MxnetParams, NumpySizesHaveNumbersWithoutAxes) {
  const auto arrays =
      parse_mxnet_params(params_bytes({params_array({}, 0, "xxxx", 0xF993FACA)}, {"x"}));
  ASSERT_TRUE(arrays) << arrays.error().message;
  EXPECT_THAT(arrays->at(0).dims, IsEmpty());
}

TEST(MxnetParams, OlderLayoutsAreRead) {
  const std::string tail = number_bytes(std::int64_t{1}) + number_bytes(std::int32_t{0}) + kSix;
  const std::string first = number_bytes(std::uint32_t{2}) + number_bytes(std::uint32_t{2}) +
                            number_bytes(std::uint32_t{3}) + tail;
  const std::string second = number_bytes(std::uint32_t{0xF993FAC8}) +
                             number_bytes(std::uint32_t{1}) + number_bytes(std::int64_t{6}) + tail;
  const std::string bytes = params_bytes({first, second}, {"arg:a", "arg:b"});
  const auto arrays = parse_mxnet_params(bytes);
  ASSERT_TRUE(arrays) << arrays.error().message;
  EXPECT_THAT(arrays->at(0).dims, ElementsAre(2, 3));
  EXPECT_THAT(arrays->at(1).dims, ElementsAre(6));
  EXPECT_EQ(arrays->at(1).data, kSix);
}

TEST(MxnetParams, AFileThatEndsTooEarlyIsRefusedWhereverItEnds) {
  const std::string bytes = params_bytes({params_array({2, 3}, 0, kSix)}, {"arg:w"});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_mxnet_params(bytes.substr(0, size))) << size;
  EXPECT_THAT(why_not(bytes.substr(0, bytes.size() - 40)), HasSubstr("copy the whole file"));
}

TEST(MxnetParams, SizesThatNoFileHoldsAreRefused) {
  const std::int64_t huge = std::int64_t{1} << 62;
  EXPECT_NE(why_not(params_bytes({params_array({huge, 4}, 0, kSix)}, {"w"})), "");
  EXPECT_NE(why_not(params_bytes({params_array({-1}, 0, kSix)}, {"w"})), "");
  EXPECT_NE(why_not(number_bytes(std::uint64_t{0x112}) + number_bytes(std::uint64_t{0}) +
                    number_bytes(~std::uint64_t{0})),
            "");
}

TEST(MxnetParams, WhatIsNoSuchFileIsRefused) {
  EXPECT_EQ(why_not("PK\x03\x04 and so on"), "it is no file of parameters of MXNet");
}

TEST(MxnetParams, SparseArraysAndUnknownTypesAreUnsupported) {
  const auto sparse =
      parse_mxnet_params(params_bytes({params_array({6}, 0, kSix, 0xF993FAC9, 1)}, {"w"}));
  ASSERT_FALSE(sparse);
  EXPECT_EQ(sparse.error().kind, ErrorKind::kUnsupported);
  EXPECT_THAT(why_not(params_bytes({params_array({6}, 99, kSix)}, {"w"})),
              HasSubstr("element type 99"));
}

TEST(MxnetParams, EveryArrayHasANameOfItsOwn) {
  const std::string array = params_array({6}, 0, kSix);
  EXPECT_THAT(why_not(params_bytes({array, array}, {})), HasSubstr("a name for each"));
  EXPECT_THAT(why_not(params_bytes({array, array}, {"arg:w", "aux:w"})),
              HasSubstr("two arrays 'w'"));
}

}  // namespace
}  // namespace joulemark::model
