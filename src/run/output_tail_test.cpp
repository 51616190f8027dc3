// SPDX-License-Identifier: Apache-2.0
// Tests of the bounded tail of a worker's output.
#include "run/output_tail.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace joulemark::run {
namespace {

TEST(OutputTail, KeepsTheLastHundredLines) {
  OutputTail tail;
  for (int i = 0; i < 250; ++i) tail.append(fmt::format("line {}\n", i));
  const std::string text = tail.text();
  EXPECT_TRUE(text.starts_with("line 150\n")) << text.substr(0, 40);
  EXPECT_TRUE(text.ends_with("line 249\n"));
}

TEST(OutputTail, JoinsPiecesAndKeepsAnUnfinishedLine) {
  OutputTail tail;
  tail.append("ab");
  tail.append("c\r\nlast");
  EXPECT_EQ(tail.text(), "abc\nlast\n");
}

TEST(OutputTail, CutsALineThatNeverEnds) {
  OutputTail tail;
  for (int i = 0; i < 1000; ++i) tail.append(std::string(1000, 'x'));
  EXPECT_EQ(tail.text().size(), OutputTail::kLineBytes + 1);
}

TEST(OutputTail, IsTextWhateverTheBytesAre) {
  OutputTail tail;
  tail.append(std::string_view("na\xC3\xAFve \0\x1b[31m \xFF\n", 16));
  EXPECT_EQ(tail.text(), "naïve   [31m \xEF\xBF\xBD\n");
}

}  // namespace
}  // namespace joulemark::run
