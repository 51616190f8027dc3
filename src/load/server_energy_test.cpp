// SPDX-License-Identifier: Apache-2.0
#include "load/server_energy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::load {
namespace {

constexpr const char* kMeasured =
    "# TYPE joulemark_energy_info gauge\n"
    "joulemark_energy_info{model=\"x\",measured=\"true\",reason=\"\"} 1\n"
    "joulemark_energy_joules_total{model=\"x\"} 353.5\n"
    "joulemark_request_energy_joules_total{model=\"x\"} 3.25\n";

TEST(ServerEnergy, IsReadFromMetrics) {
  const auto reading = parse_energy(kMeasured);
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->measured);
  EXPECT_DOUBLE_EQ(reading->request_joules, 3.25);
}

TEST(ServerEnergy, TheReasonOfItsAbsenceIsReadToo) {
  const auto reading =
      parse_energy("joulemark_energy_info{model=\"x\",measured=\"false\",reason=\"no sensor\"} 1");
  ASSERT_TRUE(reading);
  EXPECT_FALSE(reading->measured);
  EXPECT_EQ(reading->reason, "no sensor");
}

TEST(ServerEnergy, MetricsOfOthersTellNothing) {
  for (const char* text : {"", "\n\n", "<html>", "vllm:num_requests_running 1\n"})
    EXPECT_FALSE(parse_energy(text)) << text;
  EXPECT_EQ(parse_energy("joulemark_request_energy_joules_total x")->request_joules, 0);
  EXPECT_EQ(parse_energy("joulemark_request_energy_joules_total nan")->request_joules, 0);
}

TEST(ServerEnergy, EachRequestGetsItsPartOfTheDifference) {
  const EnergyReading before{.measured = true, .request_joules = 10};
  const EnergyReading after{.measured = true, .request_joules = 30};
  const auto each = energy_of_each(before, after, 40);
  ASSERT_TRUE(each);
  EXPECT_TRUE(each->measured);
  EXPECT_DOUBLE_EQ(each->joules, 0.5);
}

TEST(ServerEnergy, NothingIsMadeUp) {
  const EnergyReading reading{.measured = true, .request_joules = 10};
  EXPECT_FALSE(energy_of_each({}, reading, 5));
  EXPECT_FALSE(energy_of_each(reading, reading, 0));
  EXPECT_FALSE(energy_of_each(reading, reading, 5)->measured);
  const EnergyReading absent{.reason = "no sensor"};
  EXPECT_EQ(energy_of_each(absent, absent, 5)->text, "no sensor");
}

}  // namespace
}  // namespace joulemark::load
