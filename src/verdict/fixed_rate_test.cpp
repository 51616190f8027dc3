// SPDX-License-Identifier: Apache-2.0
// Iso-load: what is compared at a fixed rate, and who did not keep up with it.
#include "verdict/fixed_rate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verdict/example_record.h"
#include "verdict/judge_options.h"
#include "verdict/regression.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;

constexpr double kRate = 5;
constexpr std::int64_t kRequests = 100;  // 20 s

struct Served {
  double request_s = 0.04;
  double behind_s = 0;  ///< of the window, when the schedule was over
  double latency_s = 0.05;
};

/// Makes a trial one of kRequests at kRate.
void serve(TrialRecord& trial, const Served& served) {
  const double window_s = static_cast<double>(kRequests) / kRate + served.behind_s;
  trial.iterations = kRequests;
  trial.phases.back() = {Phase::kMeasure, 0, static_cast<std::int64_t>(window_s * 1e9)};
  trial.durations_ns.assign(static_cast<std::size_t>(kRequests),
                            static_cast<std::int64_t>(served.latency_s * 1e9));
  const double busy_s = served.request_s * static_cast<double>(kRequests);
  trial.resources.cpu_s = busy_s;
  trial.resources.facts[WindowFact::kBusy] = {busy_s, ""};
  trial.resources.facts[WindowFact::kQueueMax] = {3.0, ""};
}

/// onnxruntime is sound and answers in 50 ms, openvino is as `served` says, in so many trials.
ExperimentRecord record_at_rate(const Served& served, int trials = 5) {
  const std::vector<double> times(5, 1.0);
  ExperimentRecord record = example::record({{example::configuration("onnxruntime"), times},
                                             {example::configuration("openvino"), times}});
  record.experiment.protocol.rate = kRate;
  for (TrialRecord& trial : record.trials) {
    const bool planted = trial.configuration.engine == "openvino" && trials-- > 0;
    serve(trial, planted ? served : Served{});
  }
  return record;
}

const Cell& cell_of(const Judgement& judgement, const std::string& engine) {
  for (const Cell& cell : judgement.cells)
    if (cell.configuration.engine == engine) return cell;
  throw std::out_of_range(engine);
}

std::string reason(const ExperimentRecord& record) {
  return cell_of(judge(record), "openvino").reason;
}

TEST(FixedRate, WithoutEnergyTheLatencyRanks) {
  const Judgement judgement = judge(record_at_rate({.request_s = 0.03, .latency_s = 0.08}));
  EXPECT_EQ(judgement.models[0].primary, MetricId::kLatencyP95);
  EXPECT_EQ(cell_of(judgement, "onnxruntime").standing, Standing::kBest)
      << "although the other model answers faster";
  EXPECT_THAT(judgement.sentence, HasSubstr("On this machine, at 5 requests a second, for magika"));
  EXPECT_THAT(judgement.sentence, HasSubstr("less latency p95 than"));
}

TEST(FixedRate, EnergyRanksWhereItWasMeasured) {
  ExperimentRecord record = record_at_rate({.latency_s = 0.08});
  for (TrialRecord& trial : record.trials)
    trial = example::with_joules(trial, trial.configuration.engine == "openvino" ? 300 : 400);
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].primary, MetricId::kEnergy);
  EXPECT_EQ(cell_of(judgement, "openvino").standing, Standing::kBest);
}

TEST(FixedRate, ThroughputIsWhatWasServedAndTimeIsTheModels) {
  const Judgement judgement = judge(record_at_rate({}));
  const Cell& cell = cell_of(judgement, "openvino");
  EXPECT_DOUBLE_EQ(cell.estimate(MetricId::kThroughput).median.estimate, kRate);
  EXPECT_DOUBLE_EQ(cell.estimate(MetricId::kTime).median.estimate, 0.04);
  EXPECT_DOUBLE_EQ(cell.estimate(MetricId::kBusy).median.estimate, 4);
}

TEST(FixedRate, WhoCannotKeepUpIsNotRanked) {
  const auto record = record_at_rate({.request_s = 0.25, .behind_s = 5, .latency_s = 3});
  EXPECT_EQ(reason(record),
            "overloaded at 5 requests a second: one takes 250 ms, and the next comes after 200 ms");
  const Judgement judgement = judge(record);
  EXPECT_FALSE(cell_of(judgement, "openvino").ranked());
  EXPECT_GT(cell_of(judgement, "openvino").estimate(MetricId::kLatencyP95).median.estimate, 2000)
      << "its latencies are kept";
  std::string message;
  for (const Caveat& caveat : judgement.caveats)
    if (caveat.code == "overloaded") message = caveat.message;
  EXPECT_THAT(message, HasSubstr("there is no ranking for openvino cpu f32 t2 b1: lower --rate"));
}

TEST(FixedRate, AQueueThatMakesTheWindowLongerIsOverload) {
  EXPECT_EQ(reason(record_at_rate({.request_s = 0.19, .behind_s = 1.3})),
            "overloaded at 5 requests a second: it was behind by 1.30 s when the last of 20.0 s "
            "had come");
  EXPECT_EQ(reason(record_at_rate({.request_s = 0.19, .behind_s = 1.1})), "");
  EXPECT_EQ(reason(record_at_rate({.request_s = 0.04, .behind_s = 0.04})), "")
      << "the last request may still be answered";
}

TEST(FixedRate, OneWindowOfManyIsChance) {
  const Served late{.request_s = 0.19, .behind_s = 3};
  EXPECT_EQ(reason(record_at_rate(late, 2)), "");
  EXPECT_THAT(reason(record_at_rate(late, 3)), HasSubstr("overloaded"));
}

TEST(FixedRate, AProcessThatRestsBetweenRequestsIsNotAsleep) {
  EXPECT_EQ(reason(record_at_rate({.request_s = 0.001})), "");
  ExperimentRecord record = record_at_rate({});
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine == "openvino") trial.resources.cpu_s = 0.01;
  EXPECT_THAT(reason(record), HasSubstr("its process computed for 10.0 ms of 4.00 s"));
}

TEST(FixedRate, TheRooflineLooksAtTheTimeInWhichItAnswered) {
  ExperimentRecord record = record_at_rate({.request_s = 0.001});
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine == "openvino")
      trial.work = {.flops = 1e9, .peak_flops_per_s = 1e11};
  EXPECT_THAT(reason(record), HasSubstr("the work was not done"))
      << "10 ms a request at the least, which fits into the window and not into its calls";
}

TEST(FixedRate, LatenciesOfARegularQueueAreNoComb) {
  ExperimentRecord record = record_at_rate({});
  for (TrialRecord& trial : record.trials)
    for (std::size_t i = 0; i < trial.durations_ns.size(); ++i)
      trial.durations_ns[i] = static_cast<std::int64_t>(1 + i % 7) * 50'000'000;
  EXPECT_EQ(reason(record), "");
}

TEST(FixedRate, AbsentEnergyNamesWhatRanks) {
  for (const Caveat& caveat : judge(record_at_rate({})).caveats)
    if (caveat.code == "energy_absent")
      EXPECT_THAT(caveat.message, HasSubstr("the ranking is by latency p95"));
}

TEST(FixedRate, OneConfigurationHasALatency) {
  ExperimentRecord record = record_at_rate({});
  std::erase_if(record.trials,
                [](const TrialRecord& trial) { return trial.configuration.engine == "openvino"; });
  EXPECT_THAT(judge(record).sentence, HasSubstr("has a latency p95 of 50.0 ms"));
}

TEST(FixedRate, GateComparesEqualRatesOnly) {
  const ExperimentRecord base = record_at_rate({});
  EXPECT_EQ(find_regression(base, base).metric, MetricId::kLatencyP95);
  ExperimentRecord faster = base;
  faster.experiment.protocol.rate = 4;
  const Regression regression = find_regression(base, faster);
  EXPECT_EQ(regression.change, Change::kUnresolved);
  EXPECT_THAT(regression.cells.front().reason, HasSubstr("not asked at the same rate"));
}

TEST(FixedRate, TextOfARate) {
  EXPECT_EQ(rate_text(0), "");
  EXPECT_EQ(rate_text(1), " at 1 request a second");
  EXPECT_EQ(rate_text(0.25), " at 0.25 requests a second");
}

}  // namespace
}  // namespace joulemark::verdict
