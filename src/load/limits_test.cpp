// SPDX-License-Identifier: Apache-2.0
#include "load/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::load {
namespace {

using ::testing::HasSubstr;

constexpr Nanoseconds kMs = 1'000'000;

/// Due at 0, first token at 50 ms, two more at 60 and 90 ms, over at 95 ms.
Record streamed() {
  Record record;
  record.first = 50 * kMs;
  record.last = 90 * kMs;
  record.end = 95 * kMs;
  record.new_tokens = 3;
  record.gaps = {10 * kMs, 30 * kMs};
  return record;
}

TEST(Limits, EachLooksAtItsOwnTime) {
  const Record record = streamed();
  for (const auto& [key, value] : std::vector<std::pair<std::string, double>>{
           {"latency_ms", 95}, {"ttft_ms", 50}, {"itl_ms", 20}, {"gap_ms", 30}}) {
    EXPECT_TRUE(keeps(record, {key, value})) << key;
    EXPECT_FALSE(keeps(record, {key, value - 0.001})) << key;
  }
}

TEST(Limits, OneTokenHasNoTimeBetweenTokens) {
  Record record = streamed();
  record.gaps.clear();
  record.new_tokens = 1;
  EXPECT_TRUE(keeps(record, {"itl_ms", 0.001}));
  EXPECT_TRUE(keeps(record, {"gap_ms", 0.001}));
}

TEST(Limits, AreReadWithTheirKey) {
  const auto limit = parse_limit("ttft_ms=12.5");
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->key, "ttft_ms");
  EXPECT_EQ(limit->most, 12.5);
}

TEST(Limits, WhatIsNoneIsRefused) {
  EXPECT_THAT(parse_limit("latencyms=5").error().message, HasSubstr("did you mean 'latency_ms'"));
  for (const char* text : {"ttft_ms", "ttft_ms=", "ttft_ms=0", "ttft_ms=-1", "ttft_ms=5x",
                           "ttft_ms=inf", "ttft_ms=nan"})
    EXPECT_THAT(parse_limit(text).error().message, HasSubstr("needs milliseconds")) << text;
}

}  // namespace
}  // namespace joulemark::load
