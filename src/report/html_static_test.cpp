// SPDX-License-Identifier: Apache-2.0
// What a reader without JavaScript gets.
#include "report/html_static.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "verdict/verdict.h"

namespace joulemark::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

verdict::Cell cell(const std::string& label, verdict::Standing standing) {
  verdict::Cell cell;
  cell.label = label;
  cell.standing = standing;
  cell.finished = 5;
  cell.ratio.interval.estimate = 1.02;
  cell.estimates.resize(verdict::metrics().size());
  for (verdict::Estimate& estimate : cell.estimates) estimate.reason = "vm";
  verdict::Estimate& time = cell.estimates[static_cast<std::size_t>(verdict::MetricId::kTime)];
  time.n = 5;
  time.median.estimate = 0.00123;
  return cell;
}

ReportModel model_of(std::vector<verdict::Cell> cells) {
  ReportModel model;
  model.experiment.margin = 0.03;
  verdict::ModelVerdict verdict;
  verdict.model = "m";
  for (std::size_t i = 0; i < cells.size(); ++i) verdict.cells.push_back(i);
  model.judgement.cells = std::move(cells);
  model.judgement.models.push_back(verdict);
  return model;
}

TEST(HtmlStatic, EveryStandingIsToldInItsOwnWords) {
  const std::string html = static_html(
      model_of({cell("a", verdict::Standing::kBest), cell("b", verdict::Standing::kTied),
                cell("c", verdict::Standing::kUnresolved), cell("d", verdict::Standing::kWorse)}));
  for (const char* words : {">best<", ">differs by less than 3 %<", ">not resolved<", ">worse<"})
    EXPECT_THAT(html, HasSubstr(words));
}

TEST(HtmlStatic, TheMetricThatRanksComesFirstAndAbsenceHasItsReason) {
  const std::string html = static_html(model_of({cell("a", verdict::Standing::kBest)}));
  EXPECT_LT(html.find("time per inference [ms]"), html.find("energy per inference"));
  EXPECT_THAT(html, HasSubstr("<td>1.23</td>"));
  EXPECT_THAT(html, HasSubstr("<td>absent: vm</td>"));
}

TEST(HtmlStatic, TheOnlyConfigurationIsComparedWithNothing) {
  ReportModel model = model_of({cell("a", verdict::Standing::kBest)});
  model.judgement.models[0].outcome = verdict::Outcome::kSingle;
  EXPECT_THAT(static_html(model), HasSubstr(">not compared<"));
  EXPECT_THAT(static_html(model), Not(HasSubstr(">best<")));
}

TEST(HtmlStatic, AnUnrankedConfigurationHasItsReasonInsteadOfNumbers) {
  verdict::Cell failed = cell("f", verdict::Standing::kUnranked);
  failed.finished = 0;
  failed.not_ok = 3;
  failed.reason = "crashed <here>";
  const std::string html = static_html(model_of({failed}));
  EXPECT_THAT(html, HasSubstr(">0 of 3<"));
  EXPECT_THAT(html, HasSubstr("reason: crashed &lt;here&gt;<"));
}

TEST(HtmlStatic, WhatTheJoulesCoverIsToldWhereThereAreAny) {
  ReportModel model = model_of({cell("a", verdict::Standing::kBest)});
  const std::string without = static_html(model);
  model.judgement.energy_basis = "energy: <dram>";
  EXPECT_THAT(static_html(model), HasSubstr("<p class=\"muted\">energy: &lt;dram&gt;</p>"));
  EXPECT_THAT(without, Not(HasSubstr("energy: ")));
}

TEST(HtmlStatic, CaveatsAndTheSentencesOfSeveralModelsAreThereAndEscaped) {
  ReportModel model = model_of({cell("a", verdict::Standing::kBest)});
  model.judgement.caveats = {{"noisy", "close <other> programs"}};
  EXPECT_THAT(static_html(model), HasSubstr("<li>close &lt;other&gt; programs</li>"));
  EXPECT_THAT(static_html(model), Not(HasSubstr("<h3>")));
  verdict::ModelVerdict& other = model.judgement.models.emplace_back();
  other.model = "n";
  other.sentence = "a <sentence> of n";
  EXPECT_THAT(static_html(model), HasSubstr("<h3>n</h3><p>a &lt;sentence&gt; of n</p>"));
}

}  // namespace
}  // namespace joulemark::report
