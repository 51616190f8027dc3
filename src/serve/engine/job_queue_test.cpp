// SPDX-License-Identifier: Apache-2.0
#include "serve/engine/job_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "serve/testing/recorded_jobs.h"

namespace joulemark::serve {
namespace {

using joulemark::testing::float_tensor;
using joulemark::testing::RecordedTensors;
using joulemark::testing::RecordedText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

worker::EnginePort port(const char* name, std::vector<std::int64_t> dims) {
  return {.name = name, .dtype = JM_FLOAT32, .has_dims = true, .dims = std::move(dims)};
}

ServedModel dynamic_model() {
  return {.name = "m",
          .engine = "fake",
          .version = "1",
          .inputs = {port("x", {-1, 2})},
          .outputs = {port("y", {-1, 3})},
          .vocabulary = 10,
          .max_tokens = 12};
}

Job tensors(std::int64_t rows, std::int64_t columns = 2, Nanoseconds arrived = 0) {
  auto job = joulemark::testing::tensor_job(
      std::make_shared<RecordedTensors>(),
      float_tensor(rows, std::vector<float>(static_cast<std::size_t>(rows * columns))));
  job.timing.arrived = arrived;
  return job;
}

Job text(std::size_t prompt, std::int32_t new_tokens) {
  return joulemark::testing::text_job(std::make_shared<RecordedText>(),
                                      std::vector<std::int32_t>(prompt, 1), new_tokens);
}

template <class... Jobs>
std::deque<Job> queue_of(Jobs... jobs) {
  std::deque<Job> queue;
  (queue.push_back(std::move(jobs)), ...);
  return queue;
}

std::vector<std::size_t> places(const std::deque<Job>& queue, std::int64_t max_rows,
                                const ServedModel& model = dynamic_model()) {
  return pick_batch(queue, Joining(model), {.max_rows = max_rows}, 0).places;
}

TEST(PickBatch, JoinsTensorsOfEqualShapesUpToTheRows) {
  EXPECT_THAT(places(queue_of(tensors(1), tensors(1), tensors(1)), 2), ElementsAre(0, 1));
  EXPECT_THAT(places(queue_of(tensors(1), tensors(3), tensors(1)), 3), ElementsAre(0, 2));
  EXPECT_THAT(places(queue_of(tensors(9), tensors(1)), 4), ElementsAre(0)) << "more rows than 4";
}

TEST(PickBatch, LeavesWhatDoesNotFitForLater) {
  EXPECT_THAT(places(queue_of(tensors(1), tensors(1, 5), text(2, 2), tensors(2)), 8),
              ElementsAre(0, 3));
  EXPECT_THAT(places(queue_of(text(2, 2), tensors(1), text(3, 1)), 8), ElementsAre(0, 2));
}

TEST(PickBatch, JoinsTextsWithinTheRoomOfTheModel) {
  // The longest prompt and the longest answer of a batch have to fit together: 12 tokens.
  EXPECT_THAT(places(queue_of(text(10, 2), text(2, 10), text(1, 1)), 8), ElementsAre(0, 2));
  ServedModel boundless = dynamic_model();
  boundless.max_tokens = 0;
  EXPECT_THAT(places(queue_of(text(10, 2), text(2, 10)), 8, boundless), ElementsAre(0, 1));
}

TEST(PickBatch, AModelWithAFixedFirstDimensionGetsOneRequestAtATime) {
  ServedModel model = dynamic_model();
  model.inputs = {port("x", {1, 2})};
  EXPECT_THAT(Joining(model).obstacle(), HasSubstr("'x' is fixed to 1"));
  EXPECT_THAT(places(queue_of(tensors(1), tensors(1)), 8, model), ElementsAre(0));
  model = dynamic_model();
  model.outputs.push_back(port("sum", {}));
  EXPECT_THAT(Joining(model).obstacle(), HasSubstr("'sum' is a scalar"));
  EXPECT_THAT(places(queue_of(tensors(1), tensors(1)), 8, model), ElementsAre(0));
}

TEST(PickBatch, InputsWithoutACommonFirstDimensionAreAlone) {
  Job odd = tensors(2);
  std::get<TensorJob>(odd).inputs.push_back(float_tensor(1, {0}));
  Job same = tensors(2);
  std::get<TensorJob>(same).inputs.push_back(float_tensor(1, {0}));
  EXPECT_THAT(places(queue_of(std::move(odd), std::move(same)), 8), ElementsAre(0));
}

TEST(PickBatch, WaitsForOthersFromTheFirstArrivalOn) {
  const Joining joining(dynamic_model());
  const BatchRule rule{.max_rows = 3, .max_delay = 50};
  const auto one = queue_of(tensors(1, 2, 100));
  EXPECT_EQ(pick_batch(one, joining, rule, 120).wait_until, 150);
  EXPECT_EQ(pick_batch(one, joining, rule, 150).wait_until, 0) << "long enough";
  const auto full = queue_of(tensors(1, 2, 100), tensors(2, 2, 110));
  EXPECT_EQ(pick_batch(full, joining, rule, 120).wait_until, 0) << "nobody else fits";
  const auto two = queue_of(tensors(1, 2, 100), tensors(1, 2, 140));
  EXPECT_EQ(pick_batch(two, joining, rule, 141).wait_until, 150) << "not from the second's";
}

TEST(PickBatch, WhoRunsAloneDoesNotWait) {
  ServedModel model = dynamic_model();
  model.inputs = {port("x", {1, 2})};
  const auto queue = queue_of(tensors(1, 2, 100));
  EXPECT_EQ(pick_batch(queue, Joining(model), {.max_rows = 3, .max_delay = 50}, 101).wait_until, 0);
  EXPECT_EQ(
      pick_batch(queue, Joining(dynamic_model()), {.max_rows = 1, .max_delay = 50}, 101).wait_until,
      0);
}

TEST(JobQueue, RefusesMoreThanMayWaitAndEverythingOnceClosed) {
  JobQueue queue({.max_waiting = 2});
  EXPECT_EQ(queue.put(tensors(1)), Admission::kTaken);
  EXPECT_EQ(queue.put(tensors(1)), Admission::kTaken);
  EXPECT_EQ(queue.put(tensors(1)), Admission::kFull);
  queue.close();
  EXPECT_EQ(queue.put(tensors(1)), Admission::kDraining);
  EXPECT_EQ(queue.size(), 2U);
}

TEST(JobQueue, GivesJobsInTheirOrderAndNothingAtTheEnd) {
  JobQueue queue({.max_rows = 1});
  queue.put(tensors(1));
  queue.put(tensors(2));
  queue.close();
  const Joining joining(dynamic_model());
  auto first = queue.take(joining);
  ASSERT_THAT(first.batch, SizeIs(1));
  EXPECT_EQ(rows_of(std::get<TensorJob>(first.batch[0])), 1);
  auto second = queue.take(joining);
  ASSERT_THAT(second.batch, SizeIs(1));
  EXPECT_EQ(rows_of(std::get<TensorJob>(second.batch[0])), 2);
  const auto end = queue.take(joining);
  EXPECT_THAT(end.batch, IsEmpty());
  EXPECT_THAT(end.over, IsEmpty());
}

TEST(JobQueue, WhoseTimeIsOverOrWhoHasGoneIsTakenOutFirst) {
  JobQueue queue({});
  auto expired = tensors(1);
  std::get<TensorJob>(expired).timing.deadline = 1;
  auto record = std::make_shared<RecordedTensors>();
  record->gone = true;
  queue.put(tensors(3));
  queue.put(std::move(expired));
  queue.put(joulemark::testing::tensor_job(record, float_tensor(2, {0, 0})));
  const auto taken = queue.take(Joining(dynamic_model()));
  EXPECT_THAT(taken.batch, IsEmpty());
  EXPECT_THAT(taken.over, SizeIs(2));
  EXPECT_EQ(queue.size(), 1U);
}

TEST(JobQueue, NoBatchHasAJobThatIsOver) {
  JobQueue queue({.max_rows = 8});
  const Joining joining(dynamic_model());
  EXPECT_THAT(queue.take_over(monotonic_now()), IsEmpty()) << "all were looked at just now";
  auto expired = tensors(1);
  std::get<TensorJob>(expired).timing.deadline = 1;
  queue.put(std::move(expired));
  queue.put(tensors(3));
  const auto taken = queue.take(joining);
  EXPECT_THAT(taken.batch.size() + taken.over.size(), taken.batch.empty() ? 1U : 2U);
  for (const Job& job : taken.batch) EXPECT_EQ(rows_of(std::get<TensorJob>(job)), 3);
  for (const Job& job : taken.over) EXPECT_EQ(rows_of(std::get<TensorJob>(job)), 1);
  EXPECT_THAT(taken.over, SizeIs(1));
}

TEST(JobQueue, AClosedQueueWaitsForNoOthers) {
  JobQueue queue({.max_rows = 8, .max_delay = 3600 * kNanosecondsPerSecond});
  auto job = tensors(1);
  std::get<TensorJob>(job).timing.arrived = monotonic_now();
  queue.put(std::move(job));
  std::thread closing([&] { queue.close(); });
  EXPECT_THAT(queue.take(Joining(dynamic_model())).batch, SizeIs(1));
  closing.join();
}

}  // namespace
}  // namespace joulemark::serve
