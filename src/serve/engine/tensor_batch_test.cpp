// SPDX-License-Identifier: Apache-2.0
// Calls that share one of the engine's.
#include "serve/engine/tensor_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "serve/testing/recorded_jobs.h"
#include "worker/testing/fake_engine.h"

namespace joulemark::serve {
namespace {

using joulemark::testing::FakeEngine;
using joulemark::testing::float_tensor;
using joulemark::testing::floats_of;
using joulemark::testing::RecordedTensors;
using joulemark::testing::tensor_job;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TensorBatchTest : public ::testing::Test {
 protected:
  void use(const jm_engine_api& api) { model_.emplace(api, reinterpret_cast<jm_model*>(&engine_)); }
  TensorBatchTest() { use(FakeEngine::api()); }

  std::string run(std::vector<TensorJob> jobs) {
    return run_tensor_batch(jobs, {.model = *model_,
                                   .clock = clock_,
                                   .must_end = must_end_,
                                   .batches = batches_,
                                   .ended = [this](const Served& s) { ended_.push_back(s); }});
  }

  FakeEngine engine_;
  SystemClock clock_;
  std::optional<worker::EngineModel> model_;
  std::atomic<bool> must_end_{false};
  std::int64_t batches_ = 0;
  std::vector<Served> ended_;
  std::shared_ptr<RecordedTensors> a_ = std::make_shared<RecordedTensors>();
  std::shared_ptr<RecordedTensors> b_ = std::make_shared<RecordedTensors>();
};

TEST_F(TensorBatchTest, OneCallServesAllAndEachGetsItsRows) {
  engine_.offset = 10;
  EXPECT_EQ(
      run({tensor_job(a_, float_tensor(1, {1, 2})), tensor_job(b_, float_tensor(2, {3, 4, 5, 6}))}),
      "");
  EXPECT_EQ(engine_.runs, 1);
  ASSERT_EQ(a_->outputs.size(), 1U);
  EXPECT_THAT(floats_of(a_->outputs[0]), ElementsAre(11, 12));
  EXPECT_THAT(a_->outputs[0].dims, ElementsAre(1, 2));
  EXPECT_THAT(floats_of(b_->outputs[0]), ElementsAre(13, 14, 15, 16));
  EXPECT_THAT(b_->outputs[0].dims, ElementsAre(2, 2));
  EXPECT_EQ(b_->outputs[0].name, "y");
  const auto served = b_->wait().served;
  EXPECT_EQ(served.units, 2);
  EXPECT_EQ(served.batch_units, 3);
  EXPECT_EQ(served.batch, 2);
  ASSERT_EQ(ended_.size(), 1U);
  EXPECT_LE(a_->wait().served.engine_time + served.engine_time, ended_[0].engine_time);
}

TEST_F(TensorBatchTest, NobodySuffersFromAnothersInputs) {
  engine_.on_run = [this] { engine_.run_status = engine_.runs == 2 ? JM_OK : JM_INVALID_ARGUMENT; };
  EXPECT_EQ(run({tensor_job(a_, float_tensor(1, {1, 2})), tensor_job(b_, float_tensor(1, {3, 4}))}),
            "");
  EXPECT_EQ(engine_.runs, 3) << "together, and each alone";
  EXPECT_EQ(a_->wait().ending, Ending::kDone);
  const auto outcome = b_->wait();
  EXPECT_EQ(outcome.ending, Ending::kUnfit);
  EXPECT_THAT(outcome.message, HasSubstr("scripted: run"));
  EXPECT_EQ(outcome.served.batch, 1);
}

TEST_F(TensorBatchTest, AFailureIsTheEnginesFault) {
  engine_.run_status = JM_FAILED;
  run({tensor_job(a_, float_tensor(1, {1, 2}))});
  EXPECT_EQ(a_->wait().ending, Ending::kFailed);
}

TEST_F(TensorBatchTest, WhatTheEngineDoesNotBindIsTheClientsFault) {
  engine_.bind_status = JM_INVALID_ARGUMENT;
  run({tensor_job(a_, float_tensor(1, {1, 2}))});
  EXPECT_EQ(a_->wait().ending, Ending::kUnfit);
}

/// One row whatever came in.
jm_status one_row(jm_model*, const jm_tensor** outputs, size_t* count, jm_message*) {
  static constexpr std::array<std::int64_t, 2> kDims = {1, 2};
  static std::array<float, 2> values = {7, 8};
  static const jm_tensor kTensor{.dtype = JM_FLOAT32,
                                 .memory = JM_MEMORY_HOST,
                                 .rank = 2,
                                 .dims = kDims.data(),
                                 .data = values.data(),
                                 .bytes = sizeof values};
  *outputs = &kTensor;
  *count = 1;
  return JM_OK;
}

TEST_F(TensorBatchTest, OutputsWithOtherRowsThanTheInputsShareNoCall) {
  jm_engine_api api = FakeEngine::api();
  api.results = one_row;
  use(api);
  const std::string obstacle =
      run({tensor_job(a_, float_tensor(1, {1, 2})), tensor_job(b_, float_tensor(1, {3, 4}))});
  EXPECT_THAT(obstacle, HasSubstr("'y' has not the rows of the inputs"));
  EXPECT_EQ(a_->wait().ending, Ending::kDone);
  EXPECT_THAT(floats_of(b_->outputs.at(0)), ElementsAre(7, 8));
  model_.reset();
}

TEST(Rows, StringsAreJoinedAndCutToo) {
  model::HostTensor a{
      .name = "s", .dtype = JM_STRING, .dims = {1, 2}, .data = {}, .strings = {"a", "b"}};
  model::HostTensor b{
      .name = "s", .dtype = JM_STRING, .dims = {1, 2}, .data = {}, .strings = {"c", "d"}};
  const auto joined = join_rows({&a, &b});
  ASSERT_TRUE(joined);
  EXPECT_THAT(joined->strings, ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(joined->dims, ElementsAre(2, 2));
  const auto cut = cut_rows(*joined, 1, 1);
  ASSERT_TRUE(cut);
  EXPECT_THAT(cut->strings, ElementsAre("c", "d"));
}

}  // namespace
}  // namespace joulemark::serve
