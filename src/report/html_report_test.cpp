// SPDX-License-Identifier: Apache-2.0
// The HTML page holds what it was given, and nothing that it was given can break out of its place.
#include "report/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "report/html_escape.h"
#include "report/html_page.h"

namespace joulemark::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPage =
    "<title>@@TITLE@@</title><h1>@@TITLE@@</h1><p>@@VERDICT@@</p>@@STATIC@@<script>@@DATA@@</"
    "script>"
    "end";

// What stands between `<script type="application/json" id="data">` and the next end tag.
std::string data_of(const std::string& html) {
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const auto begin = html.find(open);
  if (begin == std::string::npos) return "no data element";
  const auto end = html.find("</script", begin);
  return html.substr(begin + open.size(), end - begin - open.size());
}

std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(HtmlEscape, MarkupBecomesReferences) {
  EXPECT_EQ(escape_html(R"(a<b> & "c" 'd')"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
}

TEST(HtmlEscape, WellFormedUtf8StaysAsItIs) {
  const std::string text = "a é € 𝄞 \xEF\xBF\xBD";
  EXPECT_EQ(valid_utf8(text), text);
}

TEST(HtmlEscape, EachBrokenByteBecomesOneReplacementCharacter) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(valid_utf8("a\xFFz"), "a" + bad + "z");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), bad + bad) << "overlong '/'";
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), bad + bad + bad) << "a surrogate";
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), bad + bad + bad + bad) << "beyond U+10FFFF";
  EXPECT_EQ(valid_utf8("x\xE2\x82"), "x" + bad + bad) << "cut at the end";
}

TEST(HtmlEscape, WhatTurnsTheDirectionOfTextBecomesAReplacementCharacter) {
  for (const char* mark : {"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C", "\u202D",
                           "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"})
    EXPECT_EQ(escape_html(std::string("a") + mark + "<"), "a\uFFFD&lt;") << mark;
  EXPECT_EQ(escape_html("\u200D\u2028 \u2070"), "\u200D\u2028 \u2070") << "others stay";
}

TEST(HtmlEscape, ANameInAnotherScriptStandsInAnElementOfItsOwn) {
  EXPECT_EQ(sentence_html("For \u0645\u0631 12 <b>", {"\u0645", "\u0645\u0631", "F"}),
            "For <bdi dir=\"ltr\">\u0645\u0631</bdi> 12 &lt;b&gt;")
      << "the longest name that fits, and none that is plain ASCII";
  EXPECT_EQ(sentence_html("x\u202Ey", {"x\u202Ey"}), "<bdi dir=\"ltr\">x\uFFFDy</bdi>");
}

TEST(HtmlEscape, EscapedJsonIsTheSameValueWithoutMarkup) {
  const nlohmann::json value = {{"name", "</script><script>alert(1)<!-- \u2028\u2029 $& @@DATA@@"}};
  const std::string escaped = escape_json_for_html(value.dump());
  EXPECT_THAT(escaped, Not(HasSubstr("<")));
  EXPECT_THAT(escaped, Not(HasSubstr("\u2028")));
  EXPECT_THAT(escaped, Not(HasSubstr("\u2029")));
  EXPECT_EQ(nlohmann::json::parse(escaped), value);
}

TEST(HtmlPage, EverySlotIsFilledInItsPlace) {
  const auto html = fill_page(
      kPage, {.title = "T", .verdict_html = "<i>V</i>", .static_html = "<b>S</b>", .json = "{}"});
  ASSERT_TRUE(html) << html.error().message;
  EXPECT_EQ(*html, "<title>T</title><h1>T</h1><p><i>V</i></p><b>S</b><script>{}</script>end");
}

TEST(HtmlPage, ContentIsNeverSearchedForSlots) {
  const auto html = fill_page(kPage, {.title = "@@DATA@@",
                                      .verdict_html = "@@TITLE@@ $& \\1",
                                      .static_html = "@@DATA@@",
                                      .json = "[1]"});
  ASSERT_TRUE(html) << html.error().message;
  EXPECT_EQ(*html,
            "<title>@@DATA@@</title><h1>@@DATA@@</h1><p>@@TITLE@@ $& "
            "\\1</p>@@DATA@@<script>[1]</script>end");
}

TEST(HtmlPage, AMissingSlotIsAnError) {
  EXPECT_FALSE(fill_page("<p>no slots</p>",
                         {.title = "", .verdict_html = "", .static_html = "", .json = "{}"}));
}

TEST(HtmlPage, BuiltWithoutItSaysWhyAndWhatToDo) {
  if (html_page()) GTEST_SKIP() << "this build has the page";
  EXPECT_EQ(html_page().error().kind, ErrorKind::kMachine);
  EXPECT_THAT(html_page().error().message, HasSubstr("build again with Node.js"));
}

TEST(HtmlReport, HostileNamesStayText) {
  if (!html_page()) GTEST_SKIP() << html_page().error().message;
  const std::string hostile = "</script><script>alert(1)</script><!-- $& @@JS@@ @@DATA@@ \xFF";
  ReportModel model;
  model.experiment.name = hostile;
  model.judgement.sentence = hostile;
  model.experiment.toml = hostile;
  const auto clean = render_html(ReportModel{});
  const auto html = render_html(model);
  ASSERT_TRUE(clean && html);
  for (const char* word : {"<script", "</script", "<!--"})
    EXPECT_EQ(occurrences(*html, word), occurrences(*clean, word)) << word;
  EXPECT_TRUE(nlohmann::json::accept(data_of(*html)));
}

TEST(HtmlReport, MakesNoRequestAndTrustsOnlyItsOwnScript) {
  if (!html_page()) GTEST_SKIP() << html_page().error().message;
  const auto html = render_html(ReportModel{});
  ASSERT_TRUE(html);
  EXPECT_THAT(*html, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(*html, Not(HasSubstr("unsafe-")));
  EXPECT_THAT(*html, Not(HasSubstr("<script src")));
  EXPECT_LT(html->size(), 1'500'000u);
}

}  // namespace
}  // namespace joulemark::report
