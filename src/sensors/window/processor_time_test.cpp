// SPDX-License-Identifier: Apache-2.0
// Stolen and foreign processor time, on machines made of files and on this one.
#include "sensors/window/processor_time.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

/// What /proc/stat and processes show, in ticks of 10 ms.
struct Shown {
  int busy = 0;
  int stolen = 0;
  int own = 0;
  int child = 0;
};

class ProcessorTimeTest : public testing::Test {
 protected:
  ProcessorTime at(const Shown& shown) const {
    machine_.put("proc/stat", fmt::format("cpu  {} 0 40 9000 50 6 4 {} 3 0\ncpu0 1\ncpu1 1",
                                          1000 + shown.busy, shown.stolen));
    put_process(getpid(), shown.own, 0);
    put_process(77, shown.child, 30);
    machine_.put(fmt::format("proc/{}/task/{}/children", getpid(), getpid()), "77 ");
    return read_processor_time(machine_.root());
  }
  void put_process(int pid, int ticks, int waited_for) const {
    machine_.put(fmt::format("proc/{}/stat", pid),
                 fmt::format("{} (a b) R 1 1 1 0 -1 4194304 0 0 0 0 {} 2 {} 1 20 0 4 0 100 0 0",
                             pid, ticks, waited_for));
  }
  static WindowFacts between(const ProcessorTime& begin, const ProcessorTime& end) {
    WindowFacts facts;
    add_processor_time(facts, begin, end);
    return facts;
  }
  TreeMachine machine_;
};

TEST_F(ProcessorTimeTest, ForeignIsWhatNeitherThisProgramNorItsChildrenUsed) {
  const ProcessorTime begin = at({});
  const WindowFacts facts = between(begin, at({.busy = 400, .own = 20, .child = 180}));
  EXPECT_DOUBLE_EQ(facts.at(WindowFact::kForeignCpu).value.value_or(-1), 2.0);
}

TEST_F(ProcessorTimeTest, ForeignTimeWithinTheNoiseOfTicksIsBelowTheirResolution) {
  const ProcessorTime begin = at({});
  // Of 400 ticks the noise is 20.
  EXPECT_EQ(between(begin, at({.busy = 400, .child = 381})).at(WindowFact::kForeignCpu).reason,
            "below_resolution");
  EXPECT_TRUE(between(begin, at({.busy = 400, .child = 379})).at(WindowFact::kForeignCpu).value);
  EXPECT_EQ(between(begin, at({.busy = 10, .child = 300})).at(WindowFact::kForeignCpu).reason,
            "below_resolution");
  EXPECT_EQ(between(begin, begin).at(WindowFact::kForeignCpu).reason, "below_resolution");
}

TEST_F(ProcessorTimeTest, StolenTimeIsZeroOnlyWhereThereNeverWasAny) {
  EXPECT_EQ(between(at({}), at({})).at(WindowFact::kSteal).value, 0.0);
  EXPECT_EQ(between(at({.stolen = 5}), at({.stolen = 5})).at(WindowFact::kSteal).reason,
            "below_resolution");
  EXPECT_DOUBLE_EQ(
      between(at({.stolen = 5}), at({.stolen = 12})).at(WindowFact::kSteal).value.value_or(-1),
      0.07);
}

TEST_F(ProcessorTimeTest, CountersThatFellAreReset) {
  const WindowFacts facts = between(at({.busy = 500, .stolen = 5}), at({}));
  EXPECT_EQ(facts.at(WindowFact::kForeignCpu).reason, "reset");
  EXPECT_EQ(facts.at(WindowFact::kSteal).reason, "reset");
}

TEST_F(ProcessorTimeTest, OnAMachineWithoutThisProgramAllIsForeign) {
  const TreeMachine other;
  other.put("proc/stat", "cpu  100 0 0 0 0 0 0 0\ncpu0 1");
  const ProcessorTime begin = read_processor_time(other.root());
  other.put("proc/stat", "cpu  300 0 0 0 0 0 0 0\ncpu0 1");
  const WindowFacts facts = between(begin, read_processor_time(other.root()));
  EXPECT_DOUBLE_EQ(facts.at(WindowFact::kForeignCpu).value.value_or(-1), 2.0);
}

TEST_F(ProcessorTimeTest, WithoutTheFileBothAreAbsent) {
  const TreeMachine empty;
  const ProcessorTime none = read_processor_time(empty.root());
  const WindowFacts facts = between(none, none);
  EXPECT_EQ(facts.at(WindowFact::kForeignCpu).reason, "absent");
  EXPECT_EQ(facts.at(WindowFact::kSteal).reason, "absent");
}

TEST(ProcessorTime, OnThisMachineItsOwnWorkIsNotForeign) {
  const ProcessorTime begin = read_processor_time("/");
  if (!begin.machine) GTEST_SKIP() << "no /proc/stat";
  volatile double sink = 1;
  ProcessorTime end = begin;
  while (end.own_s - begin.own_s < 0.1) {
    for (int i = 0; i < 1'000'000; ++i) sink = sink * 1.0000001;
    end = read_processor_time("/");
  }
  const auto ticks = static_cast<double>(end.machine->busy - begin.machine->busy);
  WindowFacts facts;
  add_processor_time(facts, begin, end);
  const auto foreign = facts.at(WindowFact::kForeignCpu).value;
  EXPECT_LT(foreign.value_or(0), ticks / 100 - 0.05) << "its own 0.1 s is taken off";
}

}  // namespace
}  // namespace joulemark::sensors
