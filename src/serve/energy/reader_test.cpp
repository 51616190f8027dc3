// SPDX-License-Identifier: Apache-2.0
// Spans and shares on simulated machines, whose powers are known.
#include "serve/energy/reader.h"

#include <gmock/gmock.h>

#include <cmath>

#include "sim/sim_fixture_test.h"

namespace joulemark::serve {
namespace {

sim::Machine under_load(const std::string& name, const std::string& load) {
  sim::Machine machine = sim::expect(sim::load_machine(name));
  machine.load = sim::expect(sim::Waveform::parse(load));
  return machine;
}

/// A machine that is read every period.
struct Read {
  explicit Read(sim::Machine machine) : bench(std::move(machine)) {
    start = bench.clock().now();
    bench.find();
    reader.emplace(std::move(bench.found()));
  }
  std::optional<EnergySpan> next() {
    auto span = reader->read();
    bench.clock().advance_s(reader->period_s());
    return span;
  }
  double truth(Nanoseconds begin, Nanoseconds end) {
    return sim::expect(
        bench.world().true_joules("total", to_seconds(begin - start), to_seconds(end - start)));
  }
  sim::Bench bench;
  Nanoseconds start = 0;
  std::optional<EnergyReader> reader;
};

struct Expected {
  const char* machine;
  double step_j;  ///< what one update of its counters may hold
};

class SpansOf : public testing::TestWithParam<Expected> {};

TEST_P(SpansOf, FollowEachOtherWithTheTruthWithinAStep) {
  Read read(under_load(GetParam().machine, "constant 80"));
  ASSERT_EQ(read.reader->obstacle(), "");
  double joules = 0;
  Nanoseconds first = 0;
  Nanoseconds last = 0;
  for (int i = 0; i < 40; ++i) {
    const auto span = read.next();
    if (!span) continue;
    ASSERT_EQ(span->reason, "");
    EXPECT_TRUE(last == 0 || span->begin == last);
    if (first == 0) first = span->begin;
    last = span->end;
    joules += span->joules;
    EXPECT_NEAR(span->joules, read.truth(span->begin, span->end), 2 * GetParam().step_j);
    EXPECT_GE(to_seconds(span->end - span->begin), 0.1);
  }
  ASSERT_GT(last, first) << "no span";
  EXPECT_NEAR(joules, read.truth(first, last), 2 * GetParam().step_j) << "errors do not add up";
}

INSTANTIATE_TEST_SUITE_P(EnergyReader, SpansOf,
                         testing::Values(Expected{"xeon-2s", 0.4}, Expected{"epyc-65kj", 0.4},
                                         Expected{"gpu-node", 40}, Expected{"jetson-orin", 2}),
                         [](const auto& row) {
                           std::string name = row.param.machine;
                           std::erase(name, '-');
                           return name;
                         });

TEST(EnergyReader, ARequestOf20MillisecondsIsAShareOfAWindowThatTheCountersResolve) {
  Read read(under_load("xeon-2s", "constant 150"));
  EnergyTimeline timeline(100);
  while (!timeline.covers(read.start + 5 * kNanosecondsPerSecond))
    if (auto span = read.next()) timeline.add(*std::move(span));
  const Nanoseconds begin = read.start + 3 * kNanosecondsPerSecond;
  const Served served{.begin = begin, .end = begin + 20'000'000, .engine_time = 20'000'000};
  const EnergyShare share = timeline.share_of(served);
  ASSERT_TRUE(share.measured) << share.reason;
  EXPECT_GE(share.window_s, 0.1);
  EXPECT_NEAR(share.joules, read.truth(served.begin, served.end), 0.02 * share.joules);
}

TEST(EnergyReader, AMachineWithoutACounterSaysWhatWouldHelp) {
  Read vm(sim::expect(sim::load_machine("vm")));
  EXPECT_THAT(vm.reader->obstacle(), testing::HasSubstr("virtual machine"));
  EXPECT_EQ(vm.next(), std::nullopt);
}

TEST(EnergyReader, ACounterThatStopsEndsItsSpanWithAReason) {
  Read read(under_load("epyc-65kj", "constant 80"));
  read.next();
  ASSERT_TRUE(read.next());
  ASSERT_TRUE(read.bench.world().freeze("intel-rapl:0"));
  std::optional<EnergySpan> span;
  for (int i = 0; i < 30 && (!span || span->reason.empty()); ++i) span = read.next();
  ASSERT_TRUE(span);
  EXPECT_THAT(span->reason, testing::HasSubstr("package-0"));
  EXPECT_EQ(span->joules, 0);
}

}  // namespace
}  // namespace joulemark::serve
