// SPDX-License-Identifier: Apache-2.0
#include "http/timers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace joulemark::http {
namespace {

TEST(Timers, ComeInTheOrderOfTheirTimesAndThenOfTheirComing) {
  Timers timers;
  std::string said;
  timers.add(20, [&] { said += "c"; });
  timers.add(10, [&] { said += "a"; });
  timers.add(10, [&] { said += "b"; });
  EXPECT_EQ(timers.next(), 10);
  while (const auto due = timers.take_due(20)) due();
  EXPECT_EQ(said, "abc");
  EXPECT_TRUE(timers.is_empty());
}

TEST(Timers, OneWhoseTimeHasNotComeStays) {
  Timers timers;
  timers.add(10, [] {});
  EXPECT_EQ(timers.take_due(9), nullptr);
  EXPECT_EQ(timers.next(), 10);
}

TEST(Timers, ACancelledOneNeverComes) {
  Timers timers;
  const auto id = timers.add(10, [] {});
  timers.cancel(id);
  timers.cancel(id);
  EXPECT_EQ(timers.next(), std::nullopt);
  EXPECT_EQ(timers.take_due(10), nullptr);
}

}  // namespace
}  // namespace joulemark::http
