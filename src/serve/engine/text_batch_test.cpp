// SPDX-License-Identifier: Apache-2.0
// Batches of texts on a scripted engine and a scripted clock.
#include "serve/engine/text_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "serve/testing/recorded_jobs.h"
#include "worker/testing/fake_engine.h"

namespace joulemark::serve {
namespace {

using joulemark::testing::FakeEngine;
using joulemark::testing::RecordedText;
using joulemark::testing::text_job;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Goes on when the engine is called.
class EngineClock final : public Clock {
 public:
  Nanoseconds now() override { return time; }
  void sleep_until(Nanoseconds) override {}
  Nanoseconds time = 1000;
};

class TextBatchTest : public ::testing::Test {
 protected:
  TextBatchTest() {
    engine_.on_run = [this] { clock_.time += 100; };
    model_.emplace(FakeEngine::api(), reinterpret_cast<jm_model*>(&engine_));
  }

  void run(std::vector<TextJob> jobs) {
    TextBatch batch(std::move(jobs), FakeEngine::kVocabulary);
    batch.run({.model = *model_,
               .clock = clock_,
               .must_end = must_end_,
               .batches = batches_,
               .ended = [this](const Served& served) { whole_ = served; },
               .between = [this] { between_(); }});
  }

  FakeEngine engine_;
  EngineClock clock_;
  std::optional<worker::EngineModel> model_;
  std::atomic<bool> must_end_{false};
  std::int64_t batches_ = 0;
  Served whole_;
  std::function<void()> between_ = [] {};
};

TEST_F(TextBatchTest, ShorterPromptsArePaddedInFront) {
  const auto a = std::make_shared<RecordedText>();
  const auto b = std::make_shared<RecordedText>();
  run({text_job(a, {1, 2, 3}, 2), text_job(b, {7}, 2)});
  EXPECT_THAT(engine_.text_fed,
              ElementsAre(ElementsAre(1, 2, 3, JM_NO_TOKEN, JM_NO_TOKEN, 7), ElementsAre(4, 8)));
  EXPECT_EQ(engine_.text_room, 5) << "the longest prompt and the longest answer";
  EXPECT_THAT(a->ids, ElementsAre(4, 5));
  EXPECT_THAT(b->ids, ElementsAre(8, 9));
}

TEST_F(TextBatchTest, EachTextEndsByItself) {
  const auto short_one = std::make_shared<RecordedText>();
  const auto long_one = std::make_shared<RecordedText>();
  std::int64_t calls_at_end = 0;
  long_one->on_token = [&] {
    if (short_one->ids.size() == 1 && calls_at_end == 0) calls_at_end = engine_.text_calls;
  };
  run({text_job(short_one, {1}, 1), text_job(long_one, {2}, 4)});
  EXPECT_EQ(calls_at_end, 1);
  const auto first = short_one->wait();
  EXPECT_EQ(first.ending, Ending::kDone);
  EXPECT_EQ(first.served.end, 1100);
  const auto last = long_one->wait();
  EXPECT_EQ(last.served.end, 1400);
  EXPECT_THAT(long_one->ids, ElementsAre(3, 4, 5, 6));
}

TEST_F(TextBatchTest, PartsOfTheEnginesTimeAddUp) {
  const auto a = std::make_shared<RecordedText>();
  const auto b = std::make_shared<RecordedText>();
  run({text_job(a, {1, 2, 3}, 1), text_job(b, {7}, 3)});
  const auto of_a = a->wait().served;
  const auto of_b = b->wait().served;
  // 4 of the first call's 6 tokens are a's; the two further calls are b's alone.
  EXPECT_EQ(of_a.units, 4);
  EXPECT_EQ(of_b.units, 4);
  EXPECT_EQ(of_a.engine_time, 66);
  EXPECT_EQ(of_b.engine_time, 233);
  EXPECT_EQ(whole_.engine_time, 300);
  EXPECT_EQ(whole_.units, 8);
  EXPECT_EQ(of_a.batch_units, 6) << "until its end";
  EXPECT_EQ(of_b.batch_units, 8);
  EXPECT_EQ(of_a.batch, 2);
  EXPECT_EQ(of_a.batch_number, 1);
}

TEST_F(TextBatchTest, AStopTokenEndsTheTextBehindIt) {
  const auto sink = std::make_shared<RecordedText>();
  auto job = text_job(sink, {1}, 9);
  job.stop_ids = {8, 4};
  run({std::move(job)});
  EXPECT_THAT(sink->ids, ElementsAre(2, 3, 4));
  EXPECT_EQ(engine_.text_calls, 3) << "nothing is computed behind it";
}

TEST_F(TextBatchTest, WhoTakesTheTokensMayHaveEnough) {
  const auto sink = std::make_shared<RecordedText>();
  sink->enough = 2;
  run({text_job(sink, {1}, 9)});
  EXPECT_THAT(sink->ids, ElementsAre(2, 3));
  EXPECT_EQ(sink->wait().ending, Ending::kDone);
}

TEST_F(TextBatchTest, ARowWhoseClientHasGoneEndsAndTheOthersGoOn) {
  const auto gone = std::make_shared<RecordedText>();
  const auto stays = std::make_shared<RecordedText>();
  gone->on_token = [&] { gone->gone = gone->ids.size() == 2; };
  run({text_job(gone, {1}, 9), text_job(stays, {2}, 4)});
  EXPECT_EQ(gone->wait().ending, Ending::kGone);
  EXPECT_THAT(gone->ids, ElementsAre(2, 3));
  EXPECT_THAT(stays->ids, ElementsAre(3, 4, 5, 6));
}

TEST_F(TextBatchTest, ABatchWithoutLiveRowsStops) {
  const auto sink = std::make_shared<RecordedText>();
  auto job = text_job(sink, {1}, 9);
  job.timing.deadline = 1250;
  run({std::move(job)});
  EXPECT_EQ(sink->wait().ending, Ending::kExpired);
  EXPECT_EQ(engine_.text_calls, 3) << "1100, 1200, 1300";
}

TEST_F(TextBatchTest, ADrainedServerEndsTextsBetweenTwoSteps) {
  const auto sink = std::make_shared<RecordedText>();
  between_ = [&] { must_end_ = engine_.text_calls == 2; };
  run({text_job(sink, {1}, 9)});
  EXPECT_EQ(sink->wait().ending, Ending::kDraining);
  EXPECT_THAT(sink->ids, ElementsAre(2, 3));
}

TEST_F(TextBatchTest, AFailureOfTheEngineEndsAllThatLives) {
  const auto done = std::make_shared<RecordedText>();
  const auto failed = std::make_shared<RecordedText>();
  between_ = [&] { engine_.text_status = JM_FAILED; };
  run({text_job(done, {1}, 1), text_job(failed, {2}, 4)});
  EXPECT_EQ(done->wait().ending, Ending::kDone);
  const auto outcome = failed->wait();
  EXPECT_EQ(outcome.ending, Ending::kFailed);
  EXPECT_THAT(outcome.message, HasSubstr("scripted: lm_forward"));
}

TEST_F(TextBatchTest, WhatDoesNotFitTheModelIsTheClientsFault) {
  const auto sink = std::make_shared<RecordedText>();
  engine_.text_status = JM_INVALID_ARGUMENT;
  run({text_job(sink, {1}, 1)});
  EXPECT_EQ(sink->wait().ending, Ending::kUnfit);
  EXPECT_THAT(sink->ids, IsEmpty());
}

TEST_F(TextBatchTest, NobodySuffersFromAnothersPrompt) {
  const auto good = std::make_shared<RecordedText>();
  const auto bad = std::make_shared<RecordedText>();
  engine_.on_run = [this] {
    const auto& fed = engine_.text_fed.back();
    const bool is_bad = std::ranges::find(fed, 9) != fed.end();
    engine_.text_status = is_bad ? JM_INVALID_ARGUMENT : JM_OK;
  };
  run({text_job(bad, {9}, 2), text_job(good, {1, 2}, 2)});
  EXPECT_EQ(bad->wait().ending, Ending::kUnfit);
  const auto outcome = good->wait();
  EXPECT_EQ(outcome.ending, Ending::kDone);
  EXPECT_EQ(outcome.served.batch, 1);
  EXPECT_THAT(good->ids, ElementsAre(3, 4));
}

TEST_F(TextBatchTest, NoEngineIsAskedForRoomWithoutEnd) {
  const auto sink = std::make_shared<RecordedText>();
  run({text_job(sink, {1}, std::numeric_limits<std::int32_t>::max())});
  EXPECT_EQ(sink->wait().ending, Ending::kUnfit);
  EXPECT_EQ(engine_.text_calls, 0);
}

TEST_F(TextBatchTest, ATokenThatIsNoneIsTheEnginesFault) {
  const auto sink = std::make_shared<RecordedText>();
  engine_.text_step = -5;
  run({text_job(sink, {1}, 1)});
  EXPECT_EQ(sink->wait().ending, Ending::kFailed);
}

TEST_F(TextBatchTest, ATextIsTheSameAloneAndInABatch) {
  const auto sampled = [](const std::shared_ptr<RecordedText>& sink) {
    auto job = text_job(sink, {1}, 20);
    job.sampling = {.temperature = 2, .seed = 42};
    return job;
  };
  const auto alone = std::make_shared<RecordedText>();
  run({sampled(alone)});
  const auto first = std::make_shared<RecordedText>();
  const auto greedy = std::make_shared<RecordedText>();
  const auto second = std::make_shared<RecordedText>();
  run({sampled(first), text_job(greedy, {3, 4}, 5), sampled(second)});
  EXPECT_EQ(first->ids, alone->ids);
  EXPECT_EQ(second->ids, alone->ids);
  EXPECT_THAT(greedy->ids, ElementsAre(5, 6, 7, 8, 9));
}

TEST_F(TextBatchTest, ASinkThatThrowsFailsItsBatchAlone) {
  const auto sink = std::make_shared<RecordedText>();
  sink->on_token = [] { throw std::runtime_error("no memory"); };
  run({text_job(sink, {1}, 3)});
  const auto outcome = sink->wait();
  EXPECT_EQ(outcome.ending, Ending::kFailed);
  EXPECT_THAT(outcome.message, HasSubstr("no memory"));
}

}  // namespace
}  // namespace joulemark::serve
