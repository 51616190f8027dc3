// SPDX-License-Identifier: Apache-2.0
#include "net/loopback_server.h"

#include <gmock/gmock.h>

#include <atomic>
#include <string>

#include "net/line_connection.h"

namespace joulemark::net {
namespace {

Nanoseconds soon() {
  return monotonic_now() + 10 * kNanosecondsPerSecond;
}

/// Answers every line with itself.
void echo(LoopbackConnection& connection) {
  while (const auto line = connection.read_until("\n")) connection.write(*line);
}

TEST(LoopbackServer, ServesOneConnectionAfterAnother) {
  LoopbackServer server(echo);
  for (int i = 0; i < 100; ++i) {
    auto connection = LineConnection::open({"127.0.0.1", server.port()}, soon());
    ASSERT_TRUE(connection) << i;
    ASSERT_TRUE(connection->send("hello", soon()));
    EXPECT_EQ(connection->receive(soon()).value(), "hello");
  }
  EXPECT_EQ(server.connections(), 100);
}

TEST(LoopbackServer, WhoNeverEndsALineIsGivenUp) {
  std::atomic<int> ended = 0;
  {
    LoopbackServer server([&](LoopbackConnection& connection) {
      if (!connection.read_until("never")) ++ended;
    });
    auto connection = LineConnection::open({"127.0.0.1", server.port()}, soon());
    ASSERT_TRUE(connection);
    const std::string line(4000, 'x');
    while (ended == 0 && connection->send(line, soon())) {
    }
  }
  EXPECT_EQ(ended, 1);
}

}  // namespace
}  // namespace joulemark::net
