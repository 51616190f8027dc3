// SPDX-License-Identifier: Apache-2.0
// What each metric reads from a trial, and how values are written.
#include "verdict/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

std::optional<double> value(MetricId id, const TrialRecord& record) {
  std::vector<std::int64_t> scratch;
  return metric(id).extract(facts_of(record, scratch));
}

TrialRecord batched_trial() {
  return example::with_joules(example::trial(example::configuration("e", 2, 4), 0, 2e-3), 16);
}

TEST(Metric, KeysAreUniqueAndFound) {
  std::set<std::string> keys;
  for (const Metric& metric : metrics()) {
    EXPECT_TRUE(keys.insert(metric.key).second) << metric.key;
    EXPECT_EQ(find_metric(metric.key), &metric);
  }
  EXPECT_EQ(find_metric("nothing"), nullptr);
}

TEST(Metric, PerInferenceDividesByCallsTimesBatch) {
  const TrialRecord record = batched_trial();
  EXPECT_NEAR(*value(MetricId::kEnergy, record), 16.0 / 4000, 1e-15);
  EXPECT_NEAR(*value(MetricId::kEnergyUncertainty, record), 0.016 / 4000, 1e-15);
  EXPECT_NEAR(*value(MetricId::kTime, record), 2.0 / 4000, 1e-15);
  EXPECT_NEAR(*value(MetricId::kThroughput, record), 2000, 1e-9);
  EXPECT_NEAR(*value(MetricId::kCpu, record), 3.6 / 4000, 1e-15);
  EXPECT_NEAR(*value(MetricId::kPower, record), 8, 1e-12);
}

TEST(Metric, LatencyIsPerCall) {
  TrialRecord record = batched_trial();
  EXPECT_NEAR(*value(MetricId::kLatencyP50, record), 2, 1e-12);
  record.calls_per_record = 10;
  record.durations_ns = {10'000'000, 20'000'000, 30'000'000};
  EXPECT_NEAR(*value(MetricId::kLatencyP50, record), 2, 1e-12);
  EXPECT_NEAR(*value(MetricId::kLatencyP95, record), 2.9, 1e-12);
  record.durations_ns.clear();
  EXPECT_FALSE(value(MetricId::kLatencyP99, record));
}

TEST(Metric, LoadAndMemoryAreReadAsTheyAre) {
  const TrialRecord record = batched_trial();
  EXPECT_NEAR(*value(MetricId::kLoadTime, record), 0.5, 1e-12);
  EXPECT_EQ(value(MetricId::kPeakRss, record), 64 << 20);
  EXPECT_FALSE(value(MetricId::kMajorFaults, record));
}

TEST(Metric, BuildingIsAPhaseOfItsOwn) {
  TrialRecord record = batched_trial();
  EXPECT_FALSE(value(MetricId::kBuildTime, record));
  EXPECT_FALSE(value(MetricId::kBuildEnergy, record));
  record.phases.push_back({Phase::kBuild, 500'000'000, 750'000'000});
  record.phase_energies.push_back(
      {.phase = Phase::kBuild, .joules = 3, .uncertainty_j = 0.1, .seconds = 0.25});
  EXPECT_EQ(value(MetricId::kBuildTime, record), 0.25);
  EXPECT_EQ(value(MetricId::kBuildEnergy, record), 3);
  EXPECT_NEAR(*value(MetricId::kLoadTime, record), 0.5, 1e-12) << "it is no part of loading";
}

TEST(Metric, EnergyThatMayNotBeRankedHasNoValue) {
  TrialRecord record = batched_trial();
  record.energy[0].joules = 0;
  EXPECT_FALSE(value(MetricId::kEnergy, record));
  record.energy[0].joules = std::nan("");
  EXPECT_FALSE(value(MetricId::kEnergy, record));
  record.energy[0].joules = 1;
  record.energy[0].energy_class = EnergyClass::kEstimated;
  EXPECT_FALSE(value(MetricId::kEnergy, record));
  EXPECT_FALSE(value(MetricId::kEnergyUncertainty, record));
  record.energy[0].energy_class = EnergyClass::kDerived;
  EXPECT_TRUE(value(MetricId::kEnergy, record));
}

TEST(Metric, OnlyTheTotalCounts) {
  TrialRecord record = batched_trial();
  Energy part = record.energy[0];
  part.scope = "package-0";
  part.joules = 1000;
  record.energy.insert(record.energy.begin(), part);
  EXPECT_NEAR(*value(MetricId::kEnergy, record), 16.0 / 4000, 1e-15);
}

TEST(Metric, AnEmptyTrialHasNoValueOfAnything) {
  for (const Metric& metric : metrics()) {
    std::vector<std::int64_t> scratch;
    const TrialRecord empty;
    EXPECT_FALSE(metric.extract(facts_of(empty, scratch))) << metric.key;
  }
}

TEST(Metric, ValuesAreWrittenWithThreeDigitsAndAPrefix) {
  const Metric& energy = metric(MetricId::kEnergy);
  EXPECT_EQ(format_value(energy, 0.0012345), "1.23 mJ");
  EXPECT_EQ(format_value(energy, 0.99996), "1.00 J");
  EXPECT_EQ(format_value(energy, 12345), "12.3 kJ");
  EXPECT_EQ(format_value(energy, 0), "0 J");
  EXPECT_EQ(format_value(energy, std::nan("")), "–");
  EXPECT_EQ(format_value(metric(MetricId::kTime), 4.56e-7), "456 ns");
  EXPECT_EQ(format_value(metric(MetricId::kLatencyP50), 0.01234), "12.3 µs");
  EXPECT_EQ(format_value(metric(MetricId::kLatencyP50), 4.5), "4.50 ms");
  EXPECT_EQ(format_value(metric(MetricId::kLatencyP50), 0), "0 ms");
  EXPECT_EQ(format_value(metric(MetricId::kThroughput), 81234), "81234 /s");
  EXPECT_EQ(format_value(metric(MetricId::kPeakRss), 64 << 20), "64.0 MiB");
  EXPECT_EQ(format_value(metric(MetricId::kMinorFaults), 12345), "12345");
}

}  // namespace
}  // namespace joulemark::verdict
