// SPDX-License-Identifier: Apache-2.0
#include "base/meter_address.h"

#include <gmock/gmock.h>

namespace joulemark {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read(std::string_view text) {
  const auto address = parse_meter_address(text);
  return address ? to_string(*address) : address.error().message;
}

TEST(MeterAddress, HasADefaultPortAndTheFirstOutlet) {
  EXPECT_EQ(read("netio://192.168.1.20"), "netio://192.168.1.20:80/1");
  EXPECT_EQ(read("netio+https://box.example/4"), "netio+https://box.example:443/4");
  EXPECT_EQ(read("shelly://plug_1/"), "shelly://plug_1:80/0");
  EXPECT_EQ(read("shelly1://plug:8080/2"), "shelly1://plug:8080/2");
  EXPECT_EQ(read("tasmota://plug"), "tasmota://plug:80");
  EXPECT_EQ(read("tasmota://plug/2"), "tasmota://plug:80/2");
  EXPECT_EQ(read("ptd://analyser"), "ptd://analyser:8888");
  EXPECT_EQ(read("netio://[fe80::1]:81/1"), "netio://[fe80::1]:81/1");
}

TEST(MeterAddress, IsReadBackFromItsText) {
  for (const char* text : {"netio://a", "shelly+https://[::1]", "tasmota://a/0", "ptd://b:1"}) {
    const auto address = parse_meter_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(parse_meter_address(to_string(*address)).value(), *address);
  }
}

TEST(MeterAddress, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "netio",
                           "netio:/a",
                           "http://a",
                           "netio://",
                           "netio:///1",
                           "netio://a:0",
                           "netio://a:x",
                           "netio://a:65536",
                           "netio://a:80:80",
                           "netio://a/x",
                           "netio://a/1/2",
                           "netio://a/-1",
                           "netio://a/256",
                           "netio://a?b",
                           "netio://a b",
                           "netio://-a",
                           "netio://[::1",
                           "ptd://a/1",
                           "netio://[]",
                           "ptd+https://a",
                           "+https://a",
                           "netio://a\n"})
    EXPECT_THAT(read(text), HasSubstr("must be KIND://HOST")) << text;
}

TEST(MeterAddress, RefusesCredentialsWithoutShowingThem) {
  for (const char* text : {"netio://me:secret@host/1", "netio://me@sec@ret@host", "x://secret@h"}) {
    EXPECT_THAT(read(text), HasSubstr("JOULEMARK_METER_PASSWORD")) << text;
    EXPECT_THAT(read(text), Not(HasSubstr("sec"))) << text;
  }
}

TEST(MeterAddress, OneMeterIsNamedOnce) {
  EXPECT_EQ(parse_meter_addresses({"netio://a/1", "netio://a/2"})->size(), 2U);
  const auto twice = parse_meter_addresses({"netio://a", "netio://a:80/1"});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("twice"));
  EXPECT_EQ(twice.error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace joulemark
