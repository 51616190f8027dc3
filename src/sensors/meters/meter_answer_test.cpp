// SPDX-License-Identifier: Apache-2.0
// Answers as meters give them, and as they should not.
#include "sensors/meters/meter_answer.h"

#include <gmock/gmock.h>

namespace joulemark::sensors {
namespace {

using testing::ElementsAre;

/// The watts as a number, or the reason why there are none.
std::string read(const std::string& address, const std::string& answer) {
  const auto watts = watts_in_answer(*parse_meter_address(address), answer);
  return watts ? std::to_string(*watts).substr(0, 6) : watts.error().reason;
}

TEST(MeterAnswer, EveryKindIsAskedInItsOwnWords) {
  const auto asked = [](const char* text) { return questions_of(*parse_meter_address(text)); };
  EXPECT_THAT(asked("netio://a/3"), ElementsAre("/netio.json"));
  EXPECT_THAT(asked("shelly://a/3"), ElementsAre("/rpc/Switch.GetStatus?id=3"));
  EXPECT_THAT(asked("shelly1://a"), ElementsAre("/meter/0"));
  EXPECT_THAT(asked("tasmota://a"), ElementsAre("/cm?cmnd=Status%2010", "/cm?cmnd=Status%208"));
}

TEST(MeterAnswer, ANetioOutletIsFoundByItsNumber) {
  const std::string answer =
      R"({"Agent": {"Model": "PowerBOX 4KF"}, "GlobalMeasure": {"TotalLoad": 312},
          "Outputs": [{"ID": 1, "Load": 212, "Energy": 17, "EnergyNR": 17},
                      {"ID": 2, "Load": 100, "Energy": 3, "EnergyNR": 3},
                      {"ID": 4, "Name": "no meter"}]})";
  EXPECT_EQ(read("netio://a", answer), "212.00");
  EXPECT_EQ(read("netio://a/2", answer), "100.00");
  EXPECT_EQ(read("netio://a/3", answer), "no_outlet");
  EXPECT_EQ(read("netio://a/4", answer), "not_supported");
}

TEST(MeterAnswer, ShellysOfBothGenerationsTellWatts) {
  EXPECT_EQ(read("shelly://a", R"({"id":0,"apower":68.4,"aenergy":{"total":11.679}})"), "68.400");
  EXPECT_EQ(read("shelly://a", R"({"id":0,"output":true})"), "not_supported");
  EXPECT_EQ(read("shelly://a", R"({"code":-105,"message":"not found"})"), "unreadable");
  EXPECT_EQ(read("shelly1://a", R"({"power":12.5,"is_valid":true,"total":71})"), "12.500");
  EXPECT_EQ(read("shelly1://a", R"({"power":12.5,"is_valid":false})"), "unreadable");
}

TEST(MeterAnswer, TasmotaHasOneOutletOrSeveral) {
  const std::string one = R"({"StatusSNS":{"ENERGY":{"Total":3.185,"Power":99}}})";
  const std::string two = R"({"StatusSNS":{"ENERGY":{"Total":3.185,"Power":[99, 20.5]}}})";
  EXPECT_EQ(read("tasmota://a", one), "99.000");
  EXPECT_EQ(read("tasmota://a/1", one), "99.000");
  EXPECT_EQ(read("tasmota://a/2", one), "no_outlet");
  EXPECT_EQ(read("tasmota://a/2", two), "20.500");
  EXPECT_EQ(read("tasmota://a", two), "no_outlet");
  EXPECT_EQ(read("tasmota://a/3", two), "no_outlet");
  EXPECT_EQ(read("tasmota://a/0", two), "no_outlet");
  EXPECT_EQ(read("tasmota://a", R"({"StatusSNS":{"Time":"2026-01-01"}})"), "not_supported");
  EXPECT_EQ(read("tasmota://a", R"({"WARNING":"Need user=<username>&password=<password>"})"),
            "unauthorised");
}

TEST(MeterAnswer, NumbersThatNoMachineTakesAreNone) {
  for (const char* number : {"-1", "-0.5", "1e9", "1e999", "\"12\"", "null", "[1]", "{}", "true"}) {
    const std::string text = number;
    EXPECT_EQ(read("netio://a", R"({"Outputs":[{"ID":1,"Load":)" + text + "}]}"), "unreadable");
    EXPECT_EQ(read("shelly://a", R"({"id":0,"apower":)" + text + "}"), "unreadable");
    EXPECT_EQ(read("shelly1://a", R"({"power":)" + text + "}"), "unreadable");
  }
  EXPECT_EQ(read("netio://a", R"({"Outputs":[{"ID":1,"Load":0}]})"), "0.0000");
}

TEST(MeterAnswer, WhatIsNoAnswerIsUnreadable) {
  const std::string deep(60'000, '[');
  for (const char* address : {"netio://a", "shelly://a", "tasmota://a"})
    for (const std::string& answer :
         {std::string(), std::string("<html>"), std::string("[]"), std::string("7"),
          std::string("{\"Outputs\": {}}"), std::string("{\"Outputs\": [7, null, {\"ID\": \"1\"}"),
          std::string("{\"StatusSNS\""), std::string("\xff\xfe"), deep})
      EXPECT_EQ(read(address, answer), "unreadable") << address << ' ' << answer.substr(0, 40);
}

}  // namespace
}  // namespace joulemark::sensors
