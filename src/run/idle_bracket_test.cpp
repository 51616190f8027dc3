// SPDX-License-Identifier: Apache-2.0
// Brackets of whole experiments on a scripted clock and a meter of known power.
#include "run/idle_bracket.h"

#include <gmock/gmock.h>

#include <fstream>

#include "run/orchestrator_fixture.h"
#include "run/steady_meter_test.h"

namespace joulemark::run {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Optional;

class IdleBrackets : public Orchestrator {
 protected:
  void SetUp() override {
    Orchestrator::SetUp();
    experiment_.protocol.bracket_s = 2;
  }
  void add_meter() { sensors_.push_back(std::make_unique<SteadyMeter>(clock_)); }
  void write(const std::string& path, const std::string& text) {
    const auto file = folder_->path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::vector<IdleBracket> brackets() {
    const auto record = store_->load(id_, store::Detail::kSummary);
    EXPECT_TRUE(record) << record.error().message;
    return record ? record->brackets : std::vector<IdleBracket>{};
  }
  std::vector<int> blocks() {
    std::vector<int> all;
    for (const IdleBracket& bracket : brackets()) all.push_back(bracket.block);
    return all;
  }
  Result<RunOutcome> run_from(int block) {
    auto missing = plan::make_plan(experiment_);
    std::erase_if(missing, [&](const plan::PlannedTrial& trial) { return trial.block < block; });
    return run_trials(missing);
  }
};

TEST_F(IdleBrackets, StandBeforeEveryBlockAndAfterTheLast) {
  add_meter();
  ASSERT_EQ(run()->ok, 4);
  const auto all = brackets();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(blocks(), ElementsAre(0, 1, 2));
  for (const IdleBracket& bracket : all) {
    EXPECT_EQ(bracket.host, "host-key");
    EXPECT_EQ(bracket.t1_ns - bracket.t0_ns, 2 * kNanosecondsPerSecond);
    EXPECT_THAT(bracket.joules, Optional(DoubleNear(2 * kSteadyWatts, 1e-6)));
    EXPECT_TRUE(bracket.uncertainty_j);
    EXPECT_FALSE(bracket.temperature_c) << "this machine tells none";
    EXPECT_FALSE(bracket.busy);
  }
  const auto trials = stored();
  EXPECT_LE(all[0].t1_ns, trials[0].phases.front().t0_ns);
  EXPECT_GE(all[1].t0_ns, trials[1].phases.back().t1_ns);
  EXPECT_LE(all[1].t1_ns, trials[2].phases.front().t0_ns);
  EXPECT_THAT(progress_.events, testing::Contains("rest before block 2"));
  EXPECT_THAT(progress_.events, testing::Contains("rest after the last block"));
}

TEST_F(IdleBrackets, TellTheMachinesTemperatureAndHowBusyItWas) {
  write("sys/class/hwmon/hwmon0/name", "coretemp\n");
  write("sys/class/hwmon/hwmon0/temp1_input", "41500\n");
  write("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 100 0 0 900 0 0 0 0 0 0\n");
  clock_.on_advance = [this](Nanoseconds) {
    write("proc/stat", "cpu  130 0 0 1070 0 0 0 0 0 0\ncpu0 130 0 0 1070 0 0 0 0 0 0\n");
  };
  experiment_.protocol.repetitions = 1;
  ASSERT_TRUE(run());
  const auto first = brackets().at(0);
  EXPECT_THAT(first.temperature_c, Optional(41.5));
  EXPECT_THAT(first.busy, Optional(DoubleNear(0.15, 1e-9)));
  EXPECT_FALSE(first.joules) << "there is no sensor";
}

TEST_F(IdleBrackets, TakeNoTimeWhereNothingAsksForThem) {
  experiment_.protocol.bracket_s = 0;
  ASSERT_EQ(run()->ok, 4);
  EXPECT_TRUE(brackets().empty());
  EXPECT_EQ(bracket_length(experiment_.protocol, sensors_), 0);
}

TEST_F(IdleBrackets, LastAsLongAsTheSensorsNeed) {
  Protocol protocol;
  add_meter();
  auto& meter = dynamic_cast<SteadyMeter&>(*sensors_.back());
  EXPECT_EQ(bracket_length(protocol, sensors_), 1) << "a meter without an error";
  meter.period_s = 0.1;
  EXPECT_EQ(bracket_length(protocol, sensors_), 5) << "0.1 s are 2 % of it";
  meter.period_s = 1;
  EXPECT_EQ(bracket_length(protocol, sensors_), 10);
  protocol.bracket_s = 60;
  EXPECT_EQ(bracket_length(protocol, sensors_), 60);
}

TEST_F(IdleBrackets, AreTakenAnewBeforeTheBlockThatIsGoneOnWith) {
  add_meter();
  experiment_.protocol.repetitions = 3;
  ASSERT_TRUE(run_from(0));
  ASSERT_TRUE(run_from(2));
  EXPECT_THAT(blocks(), ElementsAre(0, 1, 2, 3, 2, 3));
  ASSERT_TRUE(run_from(3));
  EXPECT_EQ(blocks().size(), 6U) << "nothing was left to measure";
}

TEST_F(IdleBrackets, TheOneAfterTheLastBlockIsSoWhereFurtherBlocksAreLeftOut) {
  add_meter();
  experiment_.protocol.repetitions = 5;
  left_out_after_ = [](int blocks) -> Result<LeftOut> {
    if (blocks < 2) return LeftOut{};
    return LeftOut{{"net", "a cpu f32 t1 b1"}, {"net", "b cpu f32 t1 b1"}};
  };
  ASSERT_TRUE(run());
  EXPECT_THAT(blocks(), ElementsAre(0, 1, 2));
  EXPECT_THAT(progress_.events, testing::Contains("rest after the last block"));
  EXPECT_THAT(progress_.events, testing::Not(testing::Contains("rest before block 3")));
}

TEST_F(IdleBrackets, EndAtOnceWhenTheUserStopsThem) {
  add_meter();
  experiment_.protocol.bracket_s = 3600;
  const Nanoseconds begin = clock_.now();
  clock_.on_advance = [this](Nanoseconds) { stop_ = true; };
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->interrupted);
  EXPECT_LT(clock_.now() - begin, kNanosecondsPerSecond);
  EXPECT_TRUE(brackets().empty());
  EXPECT_TRUE(stored().empty());
}

}  // namespace
}  // namespace joulemark::run
