// SPDX-License-Identifier: Apache-2.0
#include "table/render.h"

#include <gmock/gmock.h>

#include "table/render_latex.h"

namespace joulemark::table {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Document example() {
  Table table{.name = "groups",
              .title = "Energy of 2 groups",
              .columns = {{.head = "group", .name = "group", .align = Align::kLeft},
                          {.head = "mean [J]", .name = "mean", .align = Align::kRight}},
              .rows = {{{.text = "a_1", .raw = ""}, {.text = "1.23", .raw = "1.2345678901"}},
                       {{.text = "b|c, 50 %", .raw = ""}, {.text = "–", .raw = "NA"}}},
              .notes = {"p ≤ 0.05"}};
  return {.title = "Analysis", .lines = {"A & B differ."}, .tables = {std::move(table)}};
}

TEST(Render, TextAlignsColumns) {
  EXPECT_EQ(render(example(), Format::kText),
            "Analysis\nA & B differ.\n\nEnergy of 2 groups\n\n"
            "group      mean [J]\na_1            1.23\nb|c, 50 %         –\np ≤ 0.05\n");
}

TEST(Render, MarkdownEscapesWhatWouldFormat) {
  EXPECT_EQ(render(example(), Format::kMarkdown),
            "## Analysis\n\nA & B differ.\n\n**Energy of 2 groups**\n\n| group | mean \\[J\\] |\n"
            "| --- | ---: |\n| a\\_1 | 1.23 |\n| b\\|c, 50 % | – |\n\np ≤ 0.05\n");
}

TEST(Render, LatexEscapesCommands) {
  const std::string text = render(example(), Format::kLatex);
  EXPECT_THAT(text, HasSubstr("A \\& B differ."));
  EXPECT_THAT(text, HasSubstr("\\caption{Energy of 2 groups}\n  \\label{tab:groups}\n"));
  EXPECT_THAT(text, HasSubstr("\\begin{tabular}{lr}\n    \\toprule\n    group & mean [J] \\\\\n"));
  EXPECT_THAT(text,
              HasSubstr("    a\\_1 & 1.23 \\\\\n    b|c, 50 \\% & -- \\\\\n    \\bottomrule"));
  EXPECT_THAT(text, HasSubstr("p $\\le$ 0.05"));
}

TEST(Render, LatexKeepsBackslashesBracesAndGreek) {
  EXPECT_EQ(latex_text("\\x{y}^2~η² µ"),
            "\\textbackslash{}x\\{y\\}\\textasciicircum{}2\\textasciitilde{}$\\eta^2$ $\\mu$");
}

TEST(Render, CsvHasTheRawNumbers) {
  EXPECT_EQ(render(example(), Format::kCsv), "group,mean\na_1,1.2345678901\n\"b|c, 50 %\",NA\n");
}

TEST(Render, CsvOfSeveralTablesNamesThem) {
  Document two = example();
  two.tables.push_back(two.tables.front());
  two.tables.back().name = "pairs";
  const std::string text = render(two, Format::kCsv);
  EXPECT_THAT(text, StartsWith("# groups\ngroup,mean\n"));
  EXPECT_THAT(text, HasSubstr("NA\n\n# pairs\ngroup,mean\n"));
}

TEST(Render, CsvBeginsWithAnEmptyCellWhereTheFirstIsEmpty) {
  Document document = example();
  document.tables[0].rows = {{{.text = "", .raw = ""}, {.text = "1", .raw = ""}}};
  EXPECT_EQ(render(document, Format::kCsv), "group,mean\n,1\n");
}

TEST(Render, KnowsItsFormatsByName) {
  for (const std::string& name : format_names()) EXPECT_TRUE(format_of(name)) << name;
  EXPECT_FALSE(format_of("html"));
}

}  // namespace
}  // namespace joulemark::table
