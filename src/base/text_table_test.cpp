// SPDX-License-Identifier: Apache-2.0
// Widths, wrapping and alignment of text.
#include "base/text_table.h"

#include <gtest/gtest.h>

namespace joulemark {
namespace {

TEST(TextTable, AlignsByDisplayWidthNotBytes) {
  TextTable table({{"name", Align::kLeft}, {"time", Align::kRight}});
  table.add_row({"日本", "1 µs"});
  table.add_row({"ascii", "12 ms"});
  EXPECT_EQ(table.to_string(),
            "name    time\n"
            "日本    1 µs\n"
            "ascii  12 ms\n");
  EXPECT_EQ(table.width(), 12u);
}

TEST(TextTable, LeavesNoTrailingSpaces) {
  TextTable table({{"a", Align::kLeft}, {"note", Align::kLeft}});
  table.add_row({"x"});
  table.add_row({"long", "why"});
  EXPECT_EQ(table.to_string(), "a     note\nx\nlong  why\n");
}

TEST(TextTable, WidthCountsCharacters) {
  EXPECT_EQ(display_width("–µ"), 2u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("⚡"), 1u);
  EXPECT_EQ(display_width("\U0001F600"), 2u);
  EXPECT_EQ(display_width("\xFF\xC3"), 2u);
}

TEST(TextTable, PrintableDisarmsTerminals) {
  EXPECT_EQ(printable("a\x1b[31m\nb\x7f"), "a [31m b ");
  EXPECT_EQ(printable("\u009b1m"), " 1m");
  EXPECT_EQ(printable("ok \xED\xA0\x80"), "ok \uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("a\u202Ebc\u2069"), "a\uFFFDbc\uFFFD");
  EXPECT_EQ(printable("µ 日本 \uFFFD"), "µ 日本 \uFFFD");
}

TEST(TextTable, WrapBreaksAtSpaces) {
  EXPECT_EQ(wrap("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrap("one two", 0), "one two");
  EXPECT_EQ(wrap("a incomprehensible b", 5), "a\nincomprehensible\nb");
  EXPECT_EQ(wrap("", 5), "");
  EXPECT_EQ(wrap("needs 6 % less [1 %, 10 %]; so", 18), "needs 6 % less\n[1 %, 10 %]; so");
  EXPECT_EQ(wrap("about 6 % less", 7), "about\n6 %\nless");
  EXPECT_EQ(wrap("an [open bracket", 8), "an [open\nbracket");
}

}  // namespace
}  // namespace joulemark
