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

TEST(PrintableUtf8, KeepsTextAndReplacesTheRest) {
  EXPECT_EQ(printable_utf8("naïve → 😀\t\n"), "naïve → 😀\t\n");
  EXPECT_EQ(printable_utf8(std::string_view("a\0b\x1b[31m", 8)), "a?b?[31m");
  EXPECT_EQ(printable_utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");              // overlong '/'
  EXPECT_EQ(printable_utf8("\xED\xA0\x80").find("\xED\xA0"), std::string::npos);  // surrogate
  EXPECT_EQ(printable_utf8("\xF4\x90\x80\x80").find('\xF4'), std::string::npos);  // above U+10FFFF
  EXPECT_EQ(printable_utf8("ok\xE2\x82"), "ok\xEF\xBF\xBD\xEF\xBF\xBD");          // cut short
}

}  // namespace
}  // namespace joulemark::run
