// SPDX-License-Identifier: Apache-2.0
// The timing loop: what it counts, when it ends, and what it keeps.
#include "worker/measure.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "worker/warmup.h"

namespace joulemark::worker {
namespace {

/// A model that counts its calls and may take a while or fail.
struct CountingModel {
  std::int64_t calls = 0;
  Nanoseconds busy_ns = 0;
  std::int64_t fail_at = -1;
};

constexpr Nanoseconds kMillisecond = 1'000'000;

jm_status run(jm_model* handle, jm_message*) {
  auto* model = reinterpret_cast<CountingModel*>(handle);
  ++model->calls;
  if (model->calls == model->fail_at) return JM_OUT_OF_MEMORY;
  if (model->busy_ns == 0) return JM_OK;
  const Nanoseconds end = monotonic_now() + model->busy_ns;
  while (monotonic_now() < end) {
  }
  return JM_OK;
}

class MeasureTest : public ::testing::Test {
 protected:
  CountingModel model_;
  Subject subject_{.run = run, .model = reinterpret_cast<jm_model*>(&model_), .message = nullptr};
  Measurement measurement_;
};

TEST_F(MeasureTest, EndsWhenBothLimitsAreReached) {
  model_.busy_ns = 100'000;
  measurement_.prepare(100'000, {.min_ns = kMillisecond, .min_iterations = 30});
  ASSERT_EQ(measurement_.run(subject_, {.min_ns = kMillisecond, .min_iterations = 30}), JM_OK);
  EXPECT_EQ(measurement_.iterations(), 30);
  ASSERT_EQ(measurement_.run(subject_, {.min_ns = 5 * kMillisecond, .min_iterations = 1}), JM_OK);
  EXPECT_GE(measurement_.t1_ns() - measurement_.t0_ns(), 5 * kMillisecond);
}

TEST_F(MeasureTest, RecordsAddUpToTheWindow) {
  model_.busy_ns = 50'000;
  measurement_.prepare(50'000, {.min_ns = 3 * kMillisecond, .min_iterations = 1});
  ASSERT_EQ(measurement_.run(subject_, {.min_ns = 3 * kMillisecond, .min_iterations = 1}), JM_OK);
  const auto* records = measurement_.records();
  const auto sum = std::accumulate(records, records + measurement_.record_count(), Nanoseconds{0});
  EXPECT_EQ(sum, measurement_.t1_ns() - measurement_.t0_ns());
  EXPECT_EQ(measurement_.iterations(), model_.calls);
  EXPECT_EQ(measurement_.calls_per_record(), 1);
  for (std::size_t i = 0; i < measurement_.record_count(); ++i) EXPECT_GE(records[i], 50'000);
}

TEST_F(MeasureTest, ShortCallsAreRecordedInGroups) {
  measurement_.prepare(10, {.min_ns = kMillisecond, .min_iterations = 1000});
  EXPECT_EQ(measurement_.calls_per_record(), 128);
  ASSERT_EQ(measurement_.run(subject_, {.min_ns = kMillisecond, .min_iterations = 1000}), JM_OK);
  EXPECT_EQ(measurement_.iterations(), model_.calls);
  EXPECT_GE(measurement_.iterations(), 1000);
}

TEST_F(MeasureTest, LongWindowsNeverNeedMoreThanTheCap) {
  measurement_.prepare(2000, {.min_ns = 3600 * kNanosecondsPerSecond, .min_iterations = 1});
  EXPECT_LE(measurement_.capacity(), Measurement::kMaxRecords);
  EXPECT_GT(measurement_.calls_per_record(), 1000);
}

TEST_F(MeasureTest, CallsMuchFasterThanExpectedLoseNoRecord) {
  const WindowLimits limits{.min_ns = 2 * kMillisecond, .min_iterations = 100'000};
  measurement_.prepare(kMillisecond, {.min_ns = kMillisecond, .min_iterations = 1});
  const std::size_t capacity = measurement_.capacity();
  ASSERT_EQ(measurement_.run(subject_, limits), JM_OK);
  EXPECT_EQ(measurement_.capacity(), capacity);
  EXPECT_GT(measurement_.calls_per_record(), 1);
  EXPECT_EQ(measurement_.iterations(), model_.calls);
  EXPECT_GE(measurement_.iterations(), 100'000);
}

TEST_F(MeasureTest, AFailingCallEndsTheWindowWithItsStatus) {
  model_.fail_at = 5;
  measurement_.prepare(10'000, {.min_ns = 0, .min_iterations = 10});
  EXPECT_EQ(measurement_.run(subject_, {.min_ns = 0, .min_iterations = 10}), JM_OUT_OF_MEMORY);
  EXPECT_EQ(model_.calls, 5);
  EXPECT_EQ(measurement_.record_count(), 0u);
}

TEST_F(MeasureTest, WarmUpKeepsItsFloorAndItsCap) {
  WarmupResult result;
  const WarmupRequest floor{
      .min_ns = 3 * kMillisecond, .max_ns = 10 * kNanosecondsPerSecond, .min_iterations = 50};
  model_.busy_ns = 20'000;
  ASSERT_EQ(warm_up(subject_, floor, result), JM_OK);
  EXPECT_TRUE(result.steady);
  EXPECT_GE(result.t1_ns - result.t0_ns, 3 * kMillisecond);
  EXPECT_GE(result.iterations, 50);
  EXPECT_GE(result.iteration_ns, 20'000);
  EXPECT_EQ(result.iterations, model_.calls);
  const WarmupRequest cap{.min_ns = 0, .max_ns = 1, .min_iterations = 1'000'000};
  ASSERT_EQ(warm_up(subject_, cap, result), JM_OK);
  EXPECT_FALSE(result.steady);
  EXPECT_EQ(result.iterations, 1);
}

TEST_F(MeasureTest, WarmUpReportsAFailingCall) {
  model_.fail_at = 1;
  WarmupResult result;
  EXPECT_EQ(warm_up(subject_, {}, result), JM_OUT_OF_MEMORY);
}

}  // namespace
}  // namespace joulemark::worker
