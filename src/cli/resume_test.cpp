// SPDX-License-Identifier: Apache-2.0
// What of a plan a store lacks.
#include "cli/resume.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "run/temporary_folder.h"

namespace joulemark::cli {
namespace {

using testing::IsEmpty;

class ProgressedTest : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = run::TemporaryFolder::create();
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(*std::move(folder));
    auto store =
        store::Store::open((folder_->path() / "s.sqlite").string(), store::OpenMode::kReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(*std::move(store));
    experiment_.name = "test";
    experiment_.models.push_back({.name = "net", .source = "net.onnx", .shapes = {}});
    experiment_.factors.engine = {"a"};
    experiment_.protocol.repetitions = 3;
    experiment_.protocol.retries = 1;
    create();
  }
  void create() {
    const auto id = store_->create_experiment(experiment_, "");
    ASSERT_TRUE(id) << id.error().message;
    id_ = *id;
  }
  void add(int block, int attempt, TrialStatus status, const std::vector<Caveat>& invalid) {
    TrialRecord trial;
    trial.block = block;
    trial.attempt = attempt;
    trial.model = "net";
    trial.configuration.engine = "a";
    trial.iterations = 1000;
    trial.phases = {{Phase::kMeasure, 0, 1'000'000'000}};
    trial.status = status;
    trial.invalid = invalid;
    const auto added = store_->add_trial(id_, trial);
    ASSERT_TRUE(added) << added.error().message;
  }
  /// One that ends when the times of two successive blocks are known well, which equal ones are.
  void ask_for_precision() {
    experiment_.name = "precise";
    experiment_.protocol.repetitions = 6;
    experiment_.protocol.ratio_precision = 0.02;
    experiment_.protocol.min_repetitions = 2;
    create();
  }
  Result<std::optional<std::int64_t>> begun(const Experiment& experiment) {
    return find_begun(*store_, "s.sqlite", experiment, {});
  }
  /// The blocks that are missing.
  std::vector<int> missing() {
    const auto there = progressed(*store_, id_, experiment_);
    EXPECT_TRUE(there) << there.error().message;
    std::vector<int> blocks;
    for (const auto& trial : there->missing) blocks.push_back(trial.block);
    return blocks;
  }

  const std::vector<Caveat> steal_ = {{"steal", "the hypervisor took 1 s"}};
  std::optional<run::TemporaryFolder> folder_;
  std::optional<store::Store> store_;
  Experiment experiment_;
  std::int64_t id_ = 0;
};

TEST_F(ProgressedTest, APlaceIsMissingUntilAnAttemptIsUndisturbedOrAllAreUsedUp) {
  EXPECT_EQ(missing(), (std::vector<int>{0, 1, 2}));
  add(0, 0, TrialStatus::kOk, steal_);
  add(1, 0, TrialStatus::kOk, {});
  EXPECT_EQ(missing(), (std::vector<int>{0, 2}));
  add(0, 1, TrialStatus::kOk, steal_);
  EXPECT_EQ(missing(), (std::vector<int>{2}));
}

TEST_F(ProgressedTest, APlaceCountsOnceHoweverManyAttemptsItHas) {
  add(0, 0, TrialStatus::kOk, steal_);
  add(0, 1, TrialStatus::kOk, {});
  add(1, 0, TrialStatus::kOk, steal_);
  add(1, 1, TrialStatus::kCrashed, {});
  const auto there = progressed(*store_, id_, experiment_);
  ASSERT_TRUE(there) << there.error().message;
  EXPECT_EQ(there->ok, 1);
  EXPECT_EQ(there->not_ok, 1);
}

TEST_F(ProgressedTest, WhatIsThereMayLeaveTheRestOut) {
  ask_for_precision();
  add(0, 0, TrialStatus::kOk, {});
  add(1, 0, TrialStatus::kOk, {});
  EXPECT_EQ(missing(), (std::vector<int>{2, 3, 4, 5}));
  add(2, 0, TrialStatus::kOk, {});
  EXPECT_THAT(missing(), IsEmpty());
  EXPECT_EQ(progressed(*store_, id_, experiment_)->spared, 3);
}

TEST_F(ProgressedTest, ABlockInWhichAnAttemptIsDueDecidesNothing) {
  ask_for_precision();
  add(0, 0, TrialStatus::kOk, {});
  add(1, 0, TrialStatus::kOk, {});
  add(2, 0, TrialStatus::kOk, steal_);
  EXPECT_EQ(missing(), (std::vector<int>{2, 3, 4, 5}));
  add(2, 1, TrialStatus::kOk, steal_);
  EXPECT_THAT(missing(), IsEmpty());
}

TEST_F(ProgressedTest, WhatHasOtherOutputsIsNotMissing) {
  add(0, 0, TrialStatus::kDifferent, {});
  const auto there = progressed(*store_, id_, experiment_);
  EXPECT_THAT(there->missing, IsEmpty());
  EXPECT_EQ(there->not_ok, 1);
  EXPECT_EQ(there->spared, 2);
}

TEST_F(ProgressedTest, AnExperimentThatEndedEarlyIsNotInTheWayOfAnotherOfItsName) {
  ask_for_precision();
  Experiment another = experiment_;
  another.seed = 2;
  add(0, 0, TrialStatus::kOk, {});
  add(1, 0, TrialStatus::kOk, {});
  const auto in_the_way = begun(another);
  ASSERT_FALSE(in_the_way);
  EXPECT_THAT(in_the_way.error().message, testing::HasSubstr("'seed = 1' there, 'seed = 2' here"));
  add(2, 0, TrialStatus::kOk, {});
  const auto free = begun(another);
  ASSERT_TRUE(free) << free.error().message;
  EXPECT_FALSE(*free);
  EXPECT_EQ(*begun(experiment_), id_);
}

}  // namespace
}  // namespace joulemark::cli
