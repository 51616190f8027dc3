// SPDX-License-Identifier: Apache-2.0
#include "sensors/meters/ipmi.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// 300 W now, between 4 and 500, 250 on average; a period of 1000 ms; active.
const std::string kAnswer = "00 dc 2c 01 04 00 f4 01 fa 00 11 22 33 44 e8 03 00 00 40";

Discovered find_with(int error, const TreeMachine& machine) {
  return find_ipmi({.root = machine.root(), .open_ipmi = [=] { return tl::unexpected(error); }},
                   {});
}

std::string reason_of(std::vector<std::uint8_t> reply) {
  const auto power = parse_power_reading(reply);
  return power ? "" : power.error().reason;
}

std::vector<std::uint8_t> good_reply() {
  return {0x00, 0xdc, 0x2c, 0x01, 0x04, 0x00, 0xf4, 0x01, 0xfa, 0x00,
          0x11, 0x22, 0x33, 0x44, 0xe8, 0x03, 0x00, 0x00, 0x40};
}

TEST(Ipmi, APowerReadingIsTakenApart) {
  const auto power = parse_power_reading(good_reply());
  ASSERT_TRUE(power);
  EXPECT_EQ(power->watts, 300);
  EXPECT_EQ(power->period_s, 1);
}

TEST(Ipmi, WhatIsNoPowerReadingHasAReason) {
  auto reply = good_reply();
  reply[18] = 0;
  EXPECT_EQ(reason_of(reply), "inactive");
  reply[0] = 0xC1;
  EXPECT_EQ(reason_of(reply), "not_supported");
  EXPECT_EQ(reason_of({0xC1}), "not_supported");
  EXPECT_EQ(reason_of({0xC0}), "unreadable");
  EXPECT_EQ(reason_of({}), "unreadable");
  reply = good_reply();
  reply[2] = reply[3] = 0;  // 0 W
  EXPECT_EQ(reason_of(reply), "not_supported");
  reply = good_reply();
  reply[1] = 0;
  EXPECT_EQ(reason_of(reply), "unreadable");
  for (std::size_t size = 1; size < good_reply().size(); ++size) {
    reply = good_reply();
    reply.resize(size);
    EXPECT_EQ(reason_of(reply), "unreadable") << size;
  }
}

TEST(Ipmi, TheServersPowerIsIntegrated) {
  TreeMachine machine;
  machine.put("sim/ipmi", kAnswer);
  machine.find();
  EXPECT_THAT(machine.rows(), Contains("ipmi node ok"));
  ASSERT_EQ(machine.found().sensors.size(), 1U);
  EXPECT_EQ(machine.found().sensors[0]->sample_interval_s(), 1);
  const Readings begin = machine.read();
  for (int i = 0; i < 10; ++i) {
    machine.clock().advance_s(1);
    machine.read();
  }
  const auto energies = machine.between(begin, machine.read());
  EXPECT_NEAR(*energies.back().joules, 3000, 1e-6);
  EXPECT_THAT(energies.back().detail, HasSubstr("not covered: the power supply"));
}

TEST(Ipmi, AControllerThatStopsMeasuringLeavesAGap) {
  TreeMachine machine;
  machine.put("sim/ipmi", kAnswer);
  machine.find();
  const Readings begin = machine.read();
  machine.clock().advance_s(1);
  machine.put("sim/ipmi", "00 dc 2c 01 04 00 f4 01 fa 00 11 22 33 44 e8 03 00 00 00");
  EXPECT_EQ(machine.between(begin, machine.read()).back().reason, "gap");
}

TEST(Ipmi, IsNotAddedToParts) {
  TreeMachine machine;
  machine.put("sim/ipmi", kAnswer);
  const auto found = find_ipmi({.root = machine.root()}, {{"package-0", Domain::kPackage, "0"}});
  EXPECT_TRUE(found.sensors.empty());
  EXPECT_EQ(found.statuses.at(0).reason, "container");
}

TEST(Ipmi, ATruncatedOrForeignAnswerIsUnreadable) {
  for (const char* text : {"", "00", "00 dc 2c 01", "xyz", "00 dc 2c 01 04 00 f4 01 fa 00 11 zz"}) {
    TreeMachine machine;
    machine.put("sim/ipmi", text);
    machine.find();
    EXPECT_THAT(machine.rows(), Contains("ipmi node unreadable")) << text;
  }
}

TEST(Ipmi, SaysWhatMendsIt) {
  TreeMachine machine;
  EXPECT_EQ(find_with(ENOENT, machine).statuses.at(0).reason, "absent");
  EXPECT_EQ(find_with(ENOENT, machine).statuses.at(0).remedy, "");
  EXPECT_EQ(find_with(EACCES, machine).statuses.at(0).reason, "eacces");
  EXPECT_THAT(find_with(EACCES, machine).statuses.at(0).remedy, HasSubstr("/dev/ipmi0"));
  EXPECT_EQ(find_with(EIO, machine).statuses.at(0).reason, "unreadable");
  machine.put("sys/firmware/dmi/entries/38-0/type", "38");
  EXPECT_THAT(find_with(ENOENT, machine).statuses.at(0).remedy, HasSubstr("modprobe"));
}

}  // namespace
}  // namespace joulemark::sensors
