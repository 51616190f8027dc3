// SPDX-License-Identifier: Apache-2.0
// Tests of the walk through JSON.
#include "api/json/cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/json/members.h"

namespace joulemark::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool is_json(const std::string& text) {
  JsonCursor cursor(text);
  cursor.ignore();
  cursor.expect_end();
  return !cursor.failed();
}

TEST(JsonCursor, ReadsWhatIsWritten) {
  JsonCursor cursor(
      R"( {"a" : "x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é", "b": [1, -2.5e+3 ,0], "c":true} )");
  std::vector<std::string> seen;
  cursor.object([&](const std::string& name) {
    if (name == "a") seen.push_back(cursor.string());
    if (name == "b") cursor.array([&] { seen.emplace_back(cursor.number()); });
    if (name == "c") seen.emplace_back(cursor.boolean() ? "yes" : "no");
  });
  cursor.expect_end();
  EXPECT_EQ(cursor.failure(), "");
  EXPECT_THAT(seen, ElementsAre("x\"\\/\b\f\n\r\té😀é", "1", "-2.5e+3", "0", "yes"));
}

TEST(JsonCursor, TakesExactlyWhatIsJson) {
  const std::vector<std::string> texts{"1",
                                       "-0",
                                       "01",
                                       "1.",
                                       ".5",
                                       "+1",
                                       "1e",
                                       "1e5",
                                       "1E-05",
                                       "-",
                                       "NaN",
                                       "Infinity",
                                       "nul",
                                       "null",
                                       "true",
                                       "truex",
                                       "[]",
                                       "[1,]",
                                       "[1 2]",
                                       "[1,2",
                                       "{}",
                                       "{\"a\":}",
                                       "{\"a\"1}",
                                       "{a:1}",
                                       "{\"a\":1,}",
                                       "\"a",
                                       "\"\\x\"",
                                       "\"\\u12\"",
                                       "\"\t\"",
                                       "\"\xff\"",
                                       "\"\\ud800\"",
                                       "\"\\ud800\\u0041\"",
                                       "\"\\udc00\"",
                                       "1 1",
                                       "",
                                       "  ",
                                       "[[[]]]",
                                       "[}",
                                       "{]",
                                       "\"\\",
                                       "[\"]\"]",
                                       "'a'"};
  for (const std::string& text : texts)
    EXPECT_EQ(is_json(text), nlohmann::json::accept(text)) << text;
}

TEST(JsonCursor, RefusesWhatIsNestedWithoutEnd) {
  EXPECT_TRUE(is_json(std::string(60, '[') + std::string(60, ']')));
  EXPECT_FALSE(is_json(std::string(70, '[') + std::string(70, ']')));
  EXPECT_FALSE(is_json(std::string(1'000'000, '[')));
}

TEST(JsonCursor, PassesOverAValueToBeReadLater) {
  JsonCursor cursor(R"([[1, "]\"", {"a": [2]}], 3])");
  std::vector<std::string> spans;
  cursor.array([&] { spans.emplace_back(cursor.span()); });
  EXPECT_THAT(spans, ElementsAre(R"([1, "]\"", {"a": [2]}])", "3"));
  JsonCursor broken("[[1, [2]");
  broken.array([&] { broken.span(); });
  EXPECT_THAT(broken.failure(), HasSubstr("a list without its end"));
}

TEST(JsonCursor, KeepsItsFirstFailureAndWhere) {
  JsonCursor cursor("[1, x, 2]");
  cursor.array([&] { cursor.number(); });
  cursor.expect_end();
  EXPECT_EQ(cursor.failure(), "a number expected at byte 4");
  EXPECT_EQ(cursor.number(), "");
}

TEST(JsonMembers, QuoteWhatNeedsIt) {
  std::string out;
  JsonMembers(out).text("a\"\\", std::string("\n\x01\xff\0é", 6));
  EXPECT_EQ(out, R"({"a\"\\":"\u000a\u0001)"
                 "\xEF\xBF\xBD"
                 R"(\u0000é"})");
  EXPECT_TRUE(is_json(out));
}

}  // namespace
}  // namespace joulemark::api
