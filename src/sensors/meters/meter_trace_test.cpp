// SPDX-License-Identifier: Apache-2.0
// What a trace tells of fake drivers whose period and lag are known.
#include "sensors/meters/meter_trace.h"

#include <gtest/gtest.h>

#include "sensors/boards/nvml_fixture_test.h"

namespace joulemark::sensors {
namespace {

/// Reads the first sensor every millisecond up to `t_s` of the scenario.
MeterTrace trace_until(NvmlMachine& machine, double t_s) {
  MeterTrace trace;
  while (machine.now_s() < t_s) {
    for (const CounterReading& reading : machine.found().sensors.front()->read())
      trace.see(reading);
    machine.clock().advance_s(0.001);
  }
  return trace;
}

/// Of the scenario's second `t_s`, on the machine's clock.
Nanoseconds time_of(NvmlMachine& machine, double t_s) {
  return machine.clock().now() + to_nanoseconds(t_s - machine.now_s());
}

TEST(MeterTrace, PeriodAndStepAreThoseOfTheCounter) {
  NvmlMachine machine("gpu A\npower 0 90\npublish_ms 20\n");
  machine.find();
  const MeterTrace trace = trace_until(machine, 3);
  EXPECT_NEAR(trace.period_s().value_or(0), 0.020, 0.0011);
  EXPECT_NEAR(trace.step_j().value_or(0), 90 * 0.020, 0.01);
}

TEST(MeterTrace, ACounterIsNotLate) {
  NvmlMachine machine("gpu A\npower 0 90\npower 4 400\n");
  machine.find();
  const MeterTrace trace = trace_until(machine, 8);
  EXPECT_NEAR(trace.lag_s(time_of(machine, 4)).value_or(9), 0, 0.005);
}

TEST(MeterTrace, AnAverageOfASecondIsHalfASecondLate) {
  NvmlMachine machine("gpu A\npower 0 90\npower 4 400\n" + std::string(kNoCounter));
  machine.find();
  const MeterTrace trace = trace_until(machine, 8);
  EXPECT_NEAR(trace.lag_s(time_of(machine, 4)).value_or(9), 0.5, 0.06);
}

TEST(MeterTrace, ALoadThatEndsIsSeenTheSameWay) {
  NvmlMachine machine("gpu A\npower 0 400\npower 4 90\n");
  machine.find();
  const MeterTrace trace = trace_until(machine, 8);
  EXPECT_NEAR(trace.lag_s(time_of(machine, 4)).value_or(9), 0, 0.005);
}

TEST(MeterTrace, WithoutAChangeNothingIsLate) {
  NvmlMachine machine("gpu A\npower 0 90\n");
  machine.find();
  const MeterTrace trace = trace_until(machine, 6);
  EXPECT_FALSE(trace.lag_s(time_of(machine, 3)));
  EXPECT_FALSE(trace.lag_s(time_of(machine, 20)));
  EXPECT_FALSE(MeterTrace().period_s());
  EXPECT_FALSE(MeterTrace().step_j());
}

}  // namespace
}  // namespace joulemark::sensors
