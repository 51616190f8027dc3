// SPDX-License-Identifier: Apache-2.0
// The page's model is smaller than the report's and says the same.
#include "report/page_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "report/html_report.h"
#include "report/json_report.h"

namespace joulemark::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using verdict::MetricId;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double>& values_of(ReportModel& model, MetricId id) {
  model.judgement.values.resize(verdict::metrics().size());
  return model.judgement.values[static_cast<std::size_t>(id)];
}

Timeline timeline(std::size_t cell, const std::string& kind, std::size_t samples) {
  const std::vector<double> numbers(samples, 1.0);
  Timeline result{.cell = cell, .trial = 0, .kind = kind, .phases = {}, .series = {}};
  result.series.push_back({.name = "rss", .unit = "B", .t_s = numbers, .min = numbers, .max = {}});
  return result;
}

TEST(PageModel, ValuesOfTrialsHaveFiveDigits) {
  ReportModel model;
  values_of(model, MetricId::kTime) = {0.00123456789, kNaN, 98765.4321};
  ReportModel page = page_model(model);
  EXPECT_EQ(values_of(page, MetricId::kTime)[0], 0.0012346);
  EXPECT_TRUE(std::isnan(values_of(page, MetricId::kTime)[1]));
  EXPECT_EQ(values_of(page, MetricId::kTime)[2], 98765);
}

TEST(PageModel, ColumnsThatAreNotDrawnOrHoldNothingAreEmpty) {
  ReportModel model;
  values_of(model, MetricId::kMinorFaults) = {1, 2};
  values_of(model, MetricId::kEnergy) = {kNaN, kNaN};
  model.trials.position = {0, 0};
  model.trials.attempt = {0, 1};
  ReportModel page = page_model(model);
  EXPECT_THAT(values_of(page, MetricId::kMinorFaults), IsEmpty());
  EXPECT_THAT(values_of(page, MetricId::kEnergy), IsEmpty());
  EXPECT_THAT(page.trials.position, IsEmpty());
  EXPECT_THAT(page.trials.attempt, ElementsAre(0, 1));
}

TEST(PageModel, TheMetricThatRanksIsAlwaysThere) {
  ReportModel model;
  model.judgement.models.resize(1);
  model.judgement.models[0].primary = MetricId::kPeakRss;
  values_of(model, MetricId::kPeakRss) = {1};
  ReportModel page = page_model(model);
  EXPECT_THAT(values_of(page, MetricId::kPeakRss), ElementsAre(1));
}

TEST(PageModel, ASignalWithOneSampleABucketHasOneColumnOfValues) {
  ReportModel model;
  model.timelines.push_back(timeline(0, "typical", 2));
  model.timelines[0].series[0].max = {1, 1};
  EXPECT_THAT(page_model(model).timelines[0].series[0].max, IsEmpty());
  model.timelines[0].series[0].max = {1, 3};
  EXPECT_THAT(page_model(model).timelines[0].series[0].max, ElementsAre(1, 3));
}

TEST(PageModel, TypicalTrialsOfTheBestAreKeptWhenTimeLinesAreTooLarge) {
  ReportModel model;
  for (const std::size_t cell : {0u, 1u, 2u}) {
    model.timelines.push_back(timeline(cell, "typical", 10));
    model.timelines.push_back(timeline(cell, "worst", 10));
  }
  const ReportModel page = page_model(model, {.timeline_numbers = 45});
  ASSERT_EQ(page.timelines.size(), 2u);
  EXPECT_EQ(page.timelines[0].kind, "typical");
  EXPECT_EQ(page.timelines[1].cell, 1u);
  EXPECT_EQ(page_model(model, {.timeline_numbers = 1}).timelines.size(), 1u);
}

TEST(PageModel, TenThousandTrialsStayBelowAMegabyteAndAHalf) {
  constexpr std::size_t kTrials = 10'000;
  ReportModel model;
  for (std::size_t metric = 0; metric < verdict::metrics().size(); ++metric) {
    auto& values = values_of(model, static_cast<MetricId>(metric));
    for (std::size_t i = 0; i < kTrials; ++i)
      values.push_back(0.001 / (1.0 + static_cast<double>(i)));
  }
  model.trials.cell.assign(kTrials, 71);
  for (std::size_t i = 0; i < kTrials; ++i) model.trials.block.push_back(static_cast<int>(i / 72));
  model.trials.position.assign(kTrials, 71);
  model.trials.attempt.assign(kTrials, 0);
  model.trials.status.assign(kTrials, "ok");
  model.trials.reason.assign(kTrials, "");
  model.trials.started_at.assign(kTrials, 1795268580.123456);
  constexpr std::size_t kScript = 400'000;
  EXPECT_LT(to_json(page_model(model), JsonDetail::kFull).size() + kScript, 1'500'000u);
}

}  // namespace
}  // namespace joulemark::report
