// SPDX-License-Identifier: Apache-2.0
#include "verdict/break_even.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Costs {
  double load_s, load_j, each_j;
};

/// Two engines of 1000 calls of 1 ms in a window, with what they cost.
ExperimentRecord record_of(const Costs& a, const Costs& b) {
  ExperimentRecord record =
      example::record({{example::configuration("onnxruntime"), {0.001, 0.001, 0.001}},
                       {example::configuration("openvino"), {0.001, 0.001, 0.001}}});
  for (TrialRecord& trial : record.trials) {
    const Costs& costs = trial.configuration.engine == "onnxruntime" ? a : b;
    trial = example::with_joules(trial, 1000 * costs.each_j);
    trial.phases[0].t1_ns = trial.phases[0].t0_ns + static_cast<std::int64_t>(costs.load_s * 1e9);
    trial.phase_energies = {{Phase::kLoad, costs.load_j, 0.01, costs.load_s}};
  }
  return record;
}

Judgement judged(const Costs& a, const Costs& b) {
  return judge(record_of(a, b));
}

std::vector<BreakEven> crossings(const Judgement& judgement) {
  return break_even(judgement, judgement.models[0]);
}

TEST(BreakEven, DearerLoadingIsPaidBackByCheaperInferences) {
  const Judgement judgement = judged({1, 10, 0.02}, {1, 110, 0.01});
  const auto found = crossings(judgement);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(judgement.cells[found[0].cell].configuration.engine, "onnxruntime");
  EXPECT_EQ(judgement.cells[found[0].other].configuration.engine, "openvino");
  EXPECT_EQ(found[0].unit, MetricId::kEnergy);
  EXPECT_NEAR(found[0].inferences, 100 / 0.01, 1e-6);
  EXPECT_THAT(to_sentence(judgement, found[0]),
              HasSubstr("openvino cpu f32 t2 b1 needs less energy than onnxruntime cpu f32 t2 b1 "
                        "from 10000 inferences on"));
}

TEST(BreakEven, WhatIsCheaperFromTheStartOvertakesNobody) {
  EXPECT_THAT(crossings(judged({1, 110, 0.02}, {1, 10, 0.01})), IsEmpty());
  EXPECT_THAT(crossings(judged({1, 10, 0.01}, {1, 10, 0.01})), IsEmpty());
}

/// The second one builds too.
Judgement judged_with_build(const Costs& a, const Costs& b, std::optional<double> build_j) {
  ExperimentRecord record = record_of(a, b);
  for (TrialRecord& trial : record.trials) {
    if (trial.configuration.engine != "openvino") continue;
    trial.phases.push_back({Phase::kBuild, 0, 500'000'000});
    if (build_j) trial.phase_energies.push_back({Phase::kBuild, *build_j, 0.01, 0.5});
  }
  return judge(record);
}

TEST(BreakEven, BuildingCountsAsLoadingDoes) {
  const Judgement judgement = judged_with_build({1, 10, 0.02}, {1, 30, 0.01}, 80);
  const auto found = crossings(judgement);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].unit, MetricId::kEnergy);
  EXPECT_NEAR(found[0].inferences, 100 / 0.01, 1e-6);
  EXPECT_THAT(to_sentence(judgement, found[0]),
              testing::StartsWith("loading and building included"));
}

TEST(BreakEven, BuildingThatWasNotMeasuredIsNotCompared) {
  EXPECT_THAT(crossings(judged_with_build({1, 10, 0.02}, {1, 30, 0.01}, {})), IsEmpty());
}

TEST(BreakEven, LoadingThatWasNotMeasuredIsNotCompared) {
  ExperimentRecord record = example::record({{example::configuration("a"), {0.001, 0.001}},
                                             {example::configuration("b"), {0.002, 0.002}}});
  const Judgement judgement = judge(record);
  EXPECT_THAT(crossings(judgement), IsEmpty()) << "both took as long to load";
}

}  // namespace
}  // namespace joulemark::verdict
