// SPDX-License-Identifier: Apache-2.0
#include "sensors/agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Of the package, by both sources, where the driver of powercap takes the unit for `wrong` times
/// the true one.
std::vector<SensorStatus> rows(double wrong) {
  Machine machine = expect(load_machine("sapphire-rapids"));
  for (Part& part : machine.parts)
    if (part.kind == "powercap" && part.shows == "package-0")
      part.driver_unit_j = wrong * part.unit;
  Bench bench(std::move(machine));
  bench.find();
  sensors::check_agreement({.root = bench.world().root(), .clock = &bench.clock()}, bench.found());
  std::vector<SensorStatus> rows;
  for (const SensorStatus& status : bench.found().statuses)
    if (status.scope == "package-0") rows.push_back(status);
  return rows;
}

TEST(Agreement, OfTwoSourcesOfOneCounterIsNotSpokenOf) {
  for (const SensorStatus& row : rows(1)) EXPECT_THAT(row.detail, Not(HasSubstr("than perf")));
}

TEST(Agreement, ADifferenceIsInBothRows) {
  const auto differing = rows(2);
  ASSERT_EQ(differing.size(), 2U);
  for (const SensorStatus& row : differing)
    EXPECT_THAT(row.detail, HasSubstr("powercap shows 1e+02 % more than perf"));
}

}  // namespace
}  // namespace joulemark::sim
