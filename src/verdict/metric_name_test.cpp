// SPDX-License-Identifier: Apache-2.0
#include "verdict/metric_name.h"

#include <gmock/gmock.h>

namespace joulemark::verdict {
namespace {

using testing::HasSubstr;

void expect(const char* name, MetricId id, double unit) {
  const auto parsed = parse_metric_name(name);
  ASSERT_TRUE(parsed) << name;
  EXPECT_EQ(parsed->id, id) << name;
  EXPECT_DOUBLE_EQ(parsed->unit, unit) << name;
}

TEST(MetricName, IsTheKeyAndEveryShorterFormOfIt) {
  expect("latency_p95_ms", MetricId::kLatencyP95, 1);
  expect("p95_ms", MetricId::kLatencyP95, 1);
  expect("p95", MetricId::kLatencyP95, 1);
  expect("energy_per_inference_J", MetricId::kEnergy, 1);
  expect("energy", MetricId::kEnergy, 1);
  expect("energy_per_token_J", MetricId::kEnergyPerToken, 1);
  expect("peak_rss_bytes", MetricId::kPeakRss, 1);
  expect("throughput", MetricId::kThroughput, 1);
  expect("itl_p99_ms", MetricId::kItlP99, 1);
}

TEST(MetricName, TakesOtherUnitsOfItsKind) {
  expect("peak_rss_mb", MetricId::kPeakRss, 1e6);
  expect("peak_rss_MiB", MetricId::kPeakRss, 1048576);
  expect("p95_s", MetricId::kLatencyP95, 1e3);
  expect("time_ms", MetricId::kTime, 1e-3);
  expect("energy_mJ", MetricId::kEnergy, 1e-3);
  expect("energy_Wh", MetricId::kEnergy, 3600);
}

TEST(MetricName, EveryKeyAndEveryShortNameMeansItsMetric) {
  const auto names = metric_names();
  ASSERT_EQ(names.size(), metrics().size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    expect(metrics()[i].key, static_cast<MetricId>(i), 1);
    expect(names[i].c_str(), static_cast<MetricId>(i), 1);
  }
}

TEST(MetricName, SuggestsTheNearest) {
  const auto mistyped = parse_metric_name("p96_ms");
  ASSERT_FALSE(mistyped);
  EXPECT_EQ(mistyped.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(mistyped.error().message, HasSubstr("did you mean 'p9"));
  EXPECT_FALSE(parse_metric_name("p95_J"));
  EXPECT_FALSE(parse_metric_name(""));
}

TEST(MetricName, OfALanguageModelCountsTokens) {
  EXPECT_EQ(of_text(MetricId::kEnergy), MetricId::kEnergyPerToken);
  EXPECT_EQ(of_text(MetricId::kTime), MetricId::kTimePerToken);
  EXPECT_EQ(of_text(MetricId::kPeakRss), MetricId::kPeakRss);
}

}  // namespace
}  // namespace joulemark::verdict
