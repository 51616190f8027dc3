// SPDX-License-Identifier: Apache-2.0
// Tests of the cutting of a stream into lines.
#include "run/line_buffer.h"

#include <gtest/gtest.h>

namespace joulemark::run {
namespace {

TEST(LineBuffer, JoinsThePiecesOfALine) {
  LineBuffer buffer(100);
  buffer.append("ab");
  EXPECT_EQ(buffer.take(), std::nullopt);
  buffer.append("c\n");
  EXPECT_EQ(buffer.take(), "abc");
  EXPECT_EQ(buffer.take(), std::nullopt);
}

TEST(LineBuffer, GivesSeveralLinesOfOnePieceInOrder) {
  LineBuffer buffer(100);
  buffer.append("one\n\nthree\nfo");
  EXPECT_EQ(buffer.take(), "one");
  EXPECT_EQ(buffer.take(), "");
  EXPECT_EQ(buffer.take(), "three");
  EXPECT_EQ(buffer.take(), std::nullopt);
  buffer.append("ur\n");
  EXPECT_EQ(buffer.take(), "four");
}

TEST(LineBuffer, OverflowsOnlyWhenOneLineIsTooLong) {
  LineBuffer buffer(4);
  buffer.append("abcd\nabcd\n");
  EXPECT_EQ(buffer.take(), "abcd");
  EXPECT_EQ(buffer.take(), "abcd");
  buffer.append("abcd");
  EXPECT_FALSE(buffer.overflowed());
  buffer.append("e");
  EXPECT_EQ(buffer.take(), std::nullopt);
  EXPECT_TRUE(buffer.overflowed());
}

}  // namespace
}  // namespace joulemark::run
