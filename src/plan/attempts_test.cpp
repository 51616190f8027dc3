// SPDX-License-Identifier: Apache-2.0
// Tests of which attempt counts, and of when one more is due.
#include "plan/attempts.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace joulemark::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TrialRecord attempt(int block, int number, std::vector<Caveat> invalid = {}) {
  TrialRecord trial;
  trial.block = block;
  trial.attempt = number;
  trial.model = "net";
  trial.configuration.engine = "a";
  trial.invalid = std::move(invalid);
  return trial;
}
TrialRecord disturbed(int block, int number) {
  return attempt(block, number, {{"steal", "the hypervisor took 1 s"}});
}
TrialRecord failed(int block, int number) {
  TrialRecord trial = attempt(block, number);
  trial.status = TrialStatus::kCrashed;
  return trial;
}

std::vector<int> numbers(const std::vector<TrialRecord>& trials) {
  std::vector<int> all;
  for (const TrialRecord& trial : trials) all.push_back(trial.attempt);
  return all;
}

struct Split {
  std::vector<int> counted, set_aside;
};
Split split(std::vector<TrialRecord> trials) {
  ExperimentRecord record;
  record.trials = std::move(trials);
  set_aside_repeats(record);
  return {numbers(record.trials), numbers(record.set_aside)};
}

Attempts after(const std::vector<TrialRecord>& trials) {
  Attempts attempts;
  for (const TrialRecord& trial : trials) attempts.add(trial);
  return attempts;
}

TEST(Attempts, OneIsDueAtAPlaceWithoutAny) {
  EXPECT_TRUE(Attempts().want_another(0));
}

TEST(Attempts, OneThatDidNotEndAsOkSettlesItsPlaceWhateverDisturbedIt) {
  for (const TrialStatus status : {TrialStatus::kCrashed, TrialStatus::kDifferent}) {
    TrialRecord trial = disturbed(0, 0);
    trial.status = status;
    EXPECT_FALSE(after({trial}).want_another(2)) << to_string(status);
  }
}

TEST(Attempts, AnUndisturbedOneSettlesItsPlace) {
  EXPECT_FALSE(after({attempt(0, 0)}).want_another(2));
  EXPECT_FALSE(after({disturbed(0, 0), attempt(0, 1)}).want_another(2));
}

TEST(Attempts, ADisturbedOneIsMadeAgainAsOftenAsIsAllowed) {
  EXPECT_TRUE(after({disturbed(0, 0)}).want_another(2));
  EXPECT_TRUE(after({disturbed(0, 0), disturbed(0, 1)}).want_another(2));
  EXPECT_FALSE(after({disturbed(0, 0), disturbed(0, 1), disturbed(0, 2)}).want_another(2));
  EXPECT_FALSE(after({disturbed(0, 0)}).want_another(0));
}

TEST(Attempts, AFailureSettlesItsPlace) {
  const Attempts attempts = after({disturbed(0, 0), failed(0, 1)});
  EXPECT_FALSE(attempts.want_another(2));
  EXPECT_FALSE(attempts.ended_ok());
  EXPECT_TRUE(after({failed(0, 0), attempt(0, 1)}).ended_ok());
}

TEST(Attempts, TheNumberOfTheNextOneIsBehindAllThatThereAre) {
  const Attempts attempts = after({attempt(0, 3), disturbed(0, 1)});
  EXPECT_EQ(attempts.made(), 4);
  EXPECT_TRUE(attempts.ended_ok());
}

TEST(Attempts, TheFirstUndisturbedOneCounts) {
  const Split all = split({disturbed(0, 0), attempt(0, 1), attempt(0, 2), attempt(1, 5)});
  EXPECT_THAT(all.counted, ElementsAre(1, 5));
  EXPECT_THAT(all.set_aside, ElementsAre(0, 2));
}

TEST(Attempts, TheLastOneCountsWhereAllWereDisturbed) {
  const Split all = split({disturbed(0, 0), disturbed(0, 1), disturbed(0, 2)});
  EXPECT_THAT(all.counted, ElementsAre(2));
  EXPECT_THAT(all.set_aside, ElementsAre(0, 1));
}

TEST(Attempts, WhatWasNotMeasuredIsNeitherCountedNorSetAside) {
  const Split all = split({failed(0, 0), attempt(0, 1), disturbed(1, 2), failed(1, 3)});
  EXPECT_THAT(all.counted, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(all.set_aside, IsEmpty());
}

TEST(Attempts, OthersOfTheSameBlockHavePlacesOfTheirOwn) {
  TrialRecord other = attempt(0, 1);
  other.configuration.threads = 8;
  TrialRecord model = attempt(0, 2);
  model.model = "other";
  EXPECT_THAT(split({attempt(0, 0), other, model}).set_aside, IsEmpty());
}

}  // namespace
}  // namespace joulemark::plan
