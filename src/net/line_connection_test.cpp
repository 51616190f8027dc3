// SPDX-License-Identifier: Apache-2.0
#include "net/line_connection.h"

#include <gtest/gtest.h>

#include "net/loopback_server.h"

namespace joulemark::net {
namespace {

Nanoseconds soon() {
  return monotonic_now() + 200'000'000;
}

tl::expected<LineConnection, Failure> connect_to(const LoopbackServer& server) {
  return LineConnection::open({.host = "127.0.0.1", .port = server.port()}, soon());
}

TEST(LineConnection, SendsAndReceivesLines) {
  LoopbackServer server([](LoopbackConnection& connection) {
    while (const auto line = connection.read_until("\r\n")) {
      connection.write("you said ");
      connection.stay_silent(1);
      connection.write(line->substr(0, line->size() - 2) + "\r\nsecond\n");
    }
  });
  auto connection = connect_to(server);
  ASSERT_TRUE(connection);
  for (const char* word : {"Hello", "Go,1000,0,x"}) {
    ASSERT_TRUE(connection->send(word, soon()));
    EXPECT_EQ(connection->receive(soon()).value(), std::string("you said ") + word);
    EXPECT_EQ(connection->receive(soon()).value(), "second");
  }
}

TEST(LineConnection, WaitsNoLongerThanItMay) {
  LoopbackServer server([](LoopbackConnection& connection) {
    for (int i = 0; i < 400; ++i) {
      connection.write(".");
      connection.stay_silent(5);
    }
  });
  auto connection = connect_to(server);
  ASSERT_TRUE(connection);
  const Nanoseconds begin = monotonic_now();
  EXPECT_EQ(connection->receive(soon()).error().kind, Failure::Kind::kTimedOut);
  EXPECT_LT(to_seconds(monotonic_now() - begin), 1.5);
}

TEST(LineConnection, RefusesALineWithoutAnEnd) {
  LoopbackServer server(
      [](LoopbackConnection& connection) { connection.write(std::string(100'000, 'x')); });
  auto connection = connect_to(server);
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->receive(soon()).error().kind, Failure::Kind::kBroken);
}

TEST(LineConnection, TellsThatTheOtherSideIsGone) {
  LoopbackServer server([](LoopbackConnection&) {});
  auto connection = connect_to(server);
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->receive(soon()).error().kind, Failure::Kind::kBroken);
  server.stop();
  EXPECT_EQ(connect_to(server).error().kind, Failure::Kind::kUnreachable);
}

}  // namespace
}  // namespace joulemark::net
