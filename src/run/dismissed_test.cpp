// SPDX-License-Identifier: Apache-2.0
// Tests of configurations whose outputs are not the reference's: measured once, and no further.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;

/// Of three engines one has other outputs.
class Dismissed : public Orchestrator {
 protected:
  void SetUp() override {
    Orchestrator::SetUp();
    experiment_.factors.engine = {"a", "b", "c"};
    experiment_.protocol.repetitions = 4;
    installs_["c"] = installs_["b"];
    installs_["c"].engine = "c";
    installs_["c"].plugin = "/p/c.so";
    when("b", "answer", answers_otherwise());
  }
  /// "a0" for engine a in block 0, in the order in which they were measured.
  std::vector<std::string> measured() {
    std::vector<std::string> all;
    for (const TrialRecord& trial : stored())
      all.push_back(trial.configuration.engine + std::to_string(trial.block));
    return all;
  }
  /// The plan without b behind its first block.
  std::vector<std::string> expected() const {
    std::vector<std::string> all;
    for (const auto& trial : plan::make_plan(experiment_))
      if (trial.configuration.engine != "b" || trial.block == 0)
        all.push_back(trial.configuration.engine + std::to_string(trial.block));
    return all;
  }
};

TEST_F(Dismissed, IsMeasuredOnceAndTheOthersAsTheyWouldBe) {
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->ok, 8);
  EXPECT_EQ(outcome->not_ok, 1);
  EXPECT_EQ(measured(), expected());
  EXPECT_THAT(progress_.events, Contains("left out 3: net, b cpu f32 t1 b1, has other outputs than "
                                         "the reference"));
  EXPECT_THAT(progress_.events, Contains("trial 9"));
  EXPECT_THAT(progress_.events, Not(Contains("trial 10")));
}

TEST_F(Dismissed, IsMeasuredInEveryBlockWhereThatIsAskedFor) {
  experiment_.protocol.different = "always";
  ASSERT_TRUE(run());
  EXPECT_EQ(stored_of("b").size(), 4u);
  EXPECT_THAT(progress_.events, Not(Contains(StartsWith("left out"))));
}

TEST_F(Dismissed, IsSoInAResumedRunToo) {
  for (int stop = 1; stop <= 9; ++stop) {
    open_store();
    runner_.reactions["go"] = [this, stop, windows = 0](const nlohmann::json& request,
                                                        Conversation& worker) mutable {
      if (++windows != stop) return runner_.usual(request, worker);
      stop_ = true;
      return Received(Interrupted{});
    };
    ASSERT_TRUE(run()->interrupted) << stop;
    ASSERT_FALSE(go_on()->interrupted) << stop;
    EXPECT_EQ(measured(), expected()) << stop;
  }
}

}  // namespace
}  // namespace joulemark::run
