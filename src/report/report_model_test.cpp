// SPDX-License-Identifier: Apache-2.0
// The report model keeps what matters of durations and signals.
#include "report/report_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/random.h"
#include "report/latency.h"
#include "report/timeline.h"
#include "stats/descriptive.h"
#include "verdict/example_record.h"

namespace joulemark::report {
namespace {

namespace example = verdict::example;
const Configuration kOrt = example::configuration("onnxruntime");
const Configuration kOv = example::configuration("openvino");

ExperimentRecord two_cells() {
  return example::record({{kOrt, {1.3e-3, 1.4e-3, 1.35e-3}}, {kOv, {1e-3, 1.1e-3, 1.5e-3}}});
}

TEST(Latency, BinsAndQuantilesDescribeAllCallsOfACell) {
  TrialRecord a = example::trial(kOv, 0, 1);
  TrialRecord b = a;
  Random random(1);
  std::vector<double> all;
  for (TrialRecord* trial : {&a, &b}) {
    trial->durations_ns.clear();
    for (int i = 0; i < 1000; ++i) {
      trial->durations_ns.push_back(static_cast<std::int64_t>(1e6 * std::exp(random.normal())));
      all.push_back(static_cast<double>(trial->durations_ns.back()) / 1e6);
    }
  }
  std::vector<double> scratch;
  const LatencyDistribution latency = latency_distribution({&a, &b}, 256, scratch);
  EXPECT_EQ(latency.count, 2000);
  EXPECT_EQ(latency.bins.size(), 256u);
  EXPECT_EQ(std::accumulate(latency.bins.begin(), latency.bins.end(), std::int64_t{0}), 2000);
  EXPECT_GT(latency.bins.front(), 0);
  EXPECT_GT(latency.bins.back(), 0);
  for (const auto& [p, ms] : latency.quantiles) EXPECT_DOUBLE_EQ(ms, stats::quantile(all, p));
  EXPECT_EQ(latency.quantiles.back().second, latency.hi_ms);
}

TEST(Latency, TailQuantilesNeedEnoughCalls) {
  TrialRecord trial = example::trial(kOv, 0, 1e-3);
  std::vector<double> scratch;
  const auto largest_below_one = [&](std::size_t count) {
    trial.durations_ns.assign(count, 1000);
    const auto quantiles = latency_distribution({&trial}, 16, scratch).quantiles;
    return quantiles[quantiles.size() - 2].first;
  };
  EXPECT_EQ(largest_below_one(10'000), 0.999);
  EXPECT_EQ(largest_below_one(9'000), 0.99);
  EXPECT_EQ(largest_below_one(50), 0.95);
}

TEST(Latency, EqualDurationsAreOneBinAndNoneAreNothing) {
  TrialRecord trial = example::trial(kOv, 0, 1e-3);
  std::vector<double> scratch;
  EXPECT_EQ(latency_distribution({&trial}, 256, scratch).bins, std::vector<std::int64_t>{1000});
  trial.durations_ns.clear();
  EXPECT_EQ(latency_distribution({&trial}, 256, scratch).count, 0);
  trial.durations_ns = {0, -5};
  EXPECT_EQ(latency_distribution({&trial}, 256, scratch).count, 0);
}

TEST(Timeline, ReducingKeepsExtremes) {
  Series series{.name = "package-0 power", .unit = "W", .samples = {}};
  for (std::int64_t i = 0; i < 100'000; ++i)
    series.samples.push_back({i, i == 77'777 ? 99.0 : 1.0});
  const TimelineSeries reduced = reduce(series, 0, 100'000);
  EXPECT_EQ(reduced.t_s.size(), kTimelineBuckets);
  EXPECT_EQ(*std::max_element(reduced.max.begin(), reduced.max.end()), 99);
  EXPECT_EQ(*std::max_element(reduced.min.begin(), reduced.min.end()), 1);
}

TEST(Timeline, SamplesOutsideAndNonNumbersAreLeftOut) {
  const Series series{
      .name = "x", .unit = "", .samples = {{-5, 1}, {3, std::nan("")}, {4, 2}, {10, 3}, {11, 4}}};
  const TimelineSeries reduced = reduce(series, 0, 10);
  EXPECT_EQ(reduced.max, (std::vector<double>{2, 3}));
}

TEST(Timeline, EachCellHasATypicalAndAWorstTrial) {
  const ExperimentRecord record = two_cells();
  const ReportModel model = build_report_model(record, verdict::judge(record));
  ASSERT_EQ(model.timelines.size(), 4u);
  const verdict::Cell& first = model.judgement.cells[0];
  EXPECT_EQ(first.label, "openvino cpu f32 t2 b1");
  EXPECT_EQ(model.timelines[0].kind, "typical");
  EXPECT_EQ(model.timelines[0].trial, first.trials[1]);
  EXPECT_EQ(model.timelines[1].kind, "worst");
  EXPECT_EQ(model.timelines[1].trial, first.trials[2]);
  EXPECT_EQ(model.timelines[1].phases[1].phase, "measure");
  EXPECT_NEAR(model.timelines[1].phases[1].t0_s, 1.0, 1e-9);
}

TEST(Timeline, SeriesAreFetchedForTheChosenTrialsOnly) {
  const ExperimentRecord record = two_cells();
  int fetched = 0;
  ModelOptions options;
  options.timeline_cells = 1;
  options.series_of = [&](const TrialRecord&) {
    ++fetched;
    return std::vector<Series>{{.name = "p", .unit = "W", .samples = {{1'000'000'000, 5}}}};
  };
  const ReportModel model = build_report_model(record, verdict::judge(record), options);
  EXPECT_EQ(fetched, 2);
  ASSERT_EQ(model.timelines.size(), 2u);
  EXPECT_EQ(model.timelines[0].series[0].max, std::vector<double>{5});
}

TEST(Timeline, TimesOfADamagedStoreAreNoCrash) {
  ExperimentRecord record = two_cells();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  for (TrialRecord& trial : record.trials) {
    trial.phases.push_back({Phase::kIdle, kMin, kMax});
    trial.series = {{.name = "p", .unit = "W", .samples = {{kMin, 1}, {0, 2}, {kMax, 3}}}};
  }
  const ReportModel model = build_report_model(record, verdict::judge(record));
  EXPECT_EQ(model.timelines.size(), 4u);
}

TEST(ReportModel, ColumnsAreParallelToTheTrials) {
  ExperimentRecord record = two_cells();
  record.trials[1] = example::ended(record.trials[1], TrialStatus::kCrashed, "signal 11");
  const ReportModel model = build_report_model(record, verdict::judge(record));
  ASSERT_EQ(model.trials.status.size(), 6u);
  EXPECT_EQ(model.trials.status[1], "crashed");
  EXPECT_EQ(model.trials.reason[1], "signal 11");
  EXPECT_EQ(model.judgement.values[0].size(), 6u);
  EXPECT_EQ(model.judgement.cells[model.trials.cell[1]].label, "openvino cpu f32 t2 b1");
  EXPECT_EQ(model.latency.size(), 2u);
}

}  // namespace
}  // namespace joulemark::report
