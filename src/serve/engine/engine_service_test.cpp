// SPDX-License-Identifier: Apache-2.0
// The engine's thread with a scripted engine, asked from the test's.
#include "serve/engine/engine_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "serve/testing/recorded_jobs.h"
#include "worker/testing/fake_engine.h"

namespace joulemark::serve {
namespace {

using joulemark::testing::FakeEngine;
using joulemark::testing::float_tensor;
using joulemark::testing::floats_of;
using joulemark::testing::RecordedTensors;
using joulemark::testing::RecordedText;
using joulemark::testing::tensor_job;
using joulemark::testing::text_job;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Holds the engine inside of a call until it is let go.
class Hold {
 public:
  void in_engine() {
    if (is_open_) return;
    reached_.set_value();
    go_.get_future().wait();
    is_open_ = true;
  }
  void wait_until_reached() { reached_.get_future().wait(); }
  void let_go() { go_.set_value(); }

 private:
  bool is_open_ = false;  ///< seen by the engine's thread alone
  std::promise<void> reached_;
  std::promise<void> go_;
};

class EngineServiceTest : public ::testing::Test {
 protected:
  void start(const BatchRule& rule = {.max_waiting = 4, .max_rows = 4}) {
    ServiceEvents events;
    events.prepared = [this](const worker::Outcome<ServedModel>& model) {
      prepared_.set_value(model);
    };
    events.queue_changed = [this](std::size_t waiting, std::size_t) { most_waiting_ = waiting; };
    service_ = std::make_unique<EngineService>(
        [this] { return prepare_model(FakeEngine::api(), source_); }, rule, std::move(events));
    result_ = prepared_.get_future().get();
  }
  std::shared_ptr<RecordedTensors> ask(float value) {
    auto record = std::make_shared<RecordedTensors>();
    EXPECT_EQ(service_->submit(tensor_job(record, float_tensor(1, {value, value}))),
              Admission::kTaken);
    return record;
  }
  /// From here on the engine hangs in its next call.
  void hold() {
    engine_.on_run = [this] { hold_.in_engine(); };
  }

  FakeEngine engine_;
  Hold hold_;
  ModelSource source_{.open = {},
                      .load = {.model = "fake:m", .precision = "f32", .options = {}},
                      .name = "m",
                      .engine = "fake",
                      .max_tokens = 0,
                      .shapes = {}};
  std::promise<worker::Outcome<ServedModel>> prepared_;
  std::optional<worker::Outcome<ServedModel>> result_;
  std::atomic<std::size_t> most_waiting_{0};
  std::unique_ptr<EngineService> service_;  // before the engine and what the events look at
};

TEST_F(EngineServiceTest, PreparesTheModelAndSaysWhatItIs) {
  start();
  ASSERT_TRUE(*result_);
  EXPECT_TRUE(service_->is_ready());
  const ServedModel& model = service_->model();
  EXPECT_EQ(model.name, "m");
  EXPECT_EQ(model.version, "9.9");
  ASSERT_EQ(model.inputs.size(), 1U);
  EXPECT_EQ(model.outputs[0].name, "y");
  EXPECT_EQ(model.vocabulary, FakeEngine::kVocabulary);
  EXPECT_EQ(engine_.runs, 1) << "warmed up";
  EXPECT_EQ(engine_.text_calls, 2);
}

TEST_F(EngineServiceTest, SaysWhyAModelCannotBeServed) {
  engine_.load_status = JM_INVALID_MODEL;
  start();
  ASSERT_FALSE(*result_);
  EXPECT_THAT(result_->error().message, HasSubstr("scripted: load"));
  EXPECT_FALSE(service_->is_ready());
  EXPECT_TRUE(service_->wait_until_over(10 * kNanosecondsPerSecond));
}

TEST_F(EngineServiceTest, AWarmUpThatFailsIsNoObstacle) {
  engine_.run_status = JM_FAILED;
  start();
  ASSERT_TRUE(*result_);
  EXPECT_TRUE(service_->is_ready());
}

TEST_F(EngineServiceTest, AnswersTensorsAndTexts) {
  engine_.offset = 1;
  start();
  const auto tensors = ask(4);
  EXPECT_EQ(tensors->wait().ending, Ending::kDone);
  EXPECT_THAT(floats_of(tensors->outputs.at(0)), ElementsAre(5, 5));
  const auto text = std::make_shared<RecordedText>();
  EXPECT_EQ(service_->submit(text_job(text, {1, 2}, 3)), Admission::kTaken);
  const auto outcome = text->wait();
  EXPECT_EQ(outcome.ending, Ending::kDone);
  EXPECT_THAT(text->ids, ElementsAre(3, 4, 5));
  EXPECT_EQ(outcome.served.batch_number, 2);
}

TEST_F(EngineServiceTest, WhatWaitsBecomesABatchAndMoreIsRefused) {
  start();
  hold();
  const auto first = ask(0);
  hold_.wait_until_reached();
  std::vector<std::shared_ptr<RecordedTensors>> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(ask(1));
  EXPECT_EQ(most_waiting_, 4U);
  const auto refused = std::make_shared<RecordedTensors>();
  EXPECT_EQ(service_->submit(tensor_job(refused, float_tensor(1, {0, 0}))), Admission::kFull);
  hold_.let_go();
  EXPECT_EQ(first->wait().served.batch, 1);
  for (const auto& record : waiting) EXPECT_EQ(record->wait().served.batch, 4);
  EXPECT_EQ(engine_.runs, 3) << "the warm-up's, the first, and the batch";
}

TEST_F(EngineServiceTest, WhoHasGoneOrWaitedTooLongNeverReachesTheEngine) {
  start();
  hold();
  const auto first = ask(0);
  hold_.wait_until_reached();
  const auto gone = ask(1);
  gone->gone = true;
  const auto late = std::make_shared<RecordedTensors>();
  auto job = tensor_job(late, float_tensor(1, {0, 0}));
  job.timing.deadline = 1;
  EXPECT_EQ(service_->submit(std::move(job)), Admission::kTaken);
  hold_.let_go();
  EXPECT_EQ(first->wait().ending, Ending::kDone);
  EXPECT_EQ(gone->wait().ending, Ending::kGone);
  const auto outcome = late->wait();
  EXPECT_EQ(outcome.ending, Ending::kExpired);
  EXPECT_EQ(outcome.served.begin, 0);
  EXPECT_EQ(engine_.runs, 2) << "the warm-up's and the first";
}

TEST_F(EngineServiceTest, WhoWaitsTooLongBehindATextIsToldWhileItGoesOn) {
  constexpr std::int32_t kForEver = 1'000'000;
  start();
  const auto text = std::make_shared<RecordedText>();
  text->on_token = [&] {
    if (text->ids.size() != 1) return;
    auto job = tensor_job(std::make_shared<RecordedTensors>(), float_tensor(1, {0, 0}));
    job.timing.deadline = 1;
    job.finish = [&](const Outcome& outcome, const auto&) {
      EXPECT_EQ(outcome.ending, Ending::kExpired);
      text->enough = 0;  // the text goes on until then
    };
    service_->submit(std::move(job));
  };
  ASSERT_EQ(service_->submit(text_job(text, {1}, kForEver)), Admission::kTaken);
  EXPECT_EQ(text->wait().ending, Ending::kDone);
  EXPECT_LT(text->ids.size(), std::size_t{kForEver});
}

TEST_F(EngineServiceTest, ADrainFinishesWhatThereIsAndTakesNothingMore) {
  start();
  hold();
  const auto first = ask(0);
  hold_.wait_until_reached();
  const auto second = ask(1);
  service_->drain();
  EXPECT_FALSE(service_->is_ready());
  const auto refused = std::make_shared<RecordedTensors>();
  EXPECT_EQ(service_->submit(tensor_job(refused, float_tensor(1, {0, 0}))), Admission::kDraining);
  hold_.let_go();
  EXPECT_EQ(first->wait().ending, Ending::kDone);
  EXPECT_EQ(second->wait().ending, Ending::kDone);
  EXPECT_TRUE(service_->wait_until_over(10 * kNanosecondsPerSecond));
  EXPECT_THAT(engine_.log, ElementsAre("release", "close"));
}

TEST_F(EngineServiceTest, AnEndLetsNothingFurtherBegin) {
  start();
  hold();
  const auto first = ask(0);
  hold_.wait_until_reached();
  const auto second = ask(1);
  service_->drain();
  service_->end_now();
  hold_.let_go();
  EXPECT_EQ(first->wait().ending, Ending::kDone) << "a call cannot be ended";
  EXPECT_EQ(second->wait().ending, Ending::kDraining);
}

}  // namespace
}  // namespace joulemark::serve
