// SPDX-License-Identifier: Apache-2.0
// Lines over a real socketpair.
#include "worker/server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace joulemark::worker {
namespace {

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds_), 0); }
  ~ServerTest() override {
    hang_up();
    close(fds_[1]);
  }
  void say(const std::string& text) {
    ASSERT_EQ(send(fds_[0], text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  std::string hear() {
    std::string line;
    for (char c; recv(fds_[0], &c, 1, 0) == 1 && c != '\n';) line += c;
    return line;
  }
  void hang_up() {
    if (fds_[0] >= 0) close(fds_[0]);
    fds_[0] = -1;
  }
  int fds_[2] = {-1, -1};
  Session session_{[](const std::string&) -> Result<const jm_engine_api*> {
    return joulemark::fail(ErrorKind::kMachine, "no plugin here");
  }};
};

TEST_F(ServerTest, AnswersLinesHoweverTheyAreCut) {
  std::jthread server([&] { EXPECT_TRUE(serve(fds_[1], session_)); });
  say(R"({"type":"hello","pro)");
  say("tocol\":1}\nnonsense\n");
  EXPECT_NE(hear().find("joulemark-worker"), std::string::npos);
  EXPECT_NE(hear().find("\"error\""), std::string::npos);
  say("{\"type\":\"quit\"}\n");
  EXPECT_NE(hear().find("bye"), std::string::npos);
}

TEST_F(ServerTest, EndsWellWhenTheOtherSideHangsUp) {
  hang_up();
  EXPECT_TRUE(serve(fds_[1], session_));
}

TEST_F(ServerTest, AnEndlessLineEndsTheConversation) {
  std::jthread server([&] { EXPECT_FALSE(serve(fds_[1], session_)); });
  say(std::string(kMaxRequestBytes + 1, 'x'));
}

TEST_F(ServerTest, AClosedSocketIsAnErrorNotASignal) {
  say("{\"type\":\"hello\",\"protocol\":1}\n");
  hang_up();
  EXPECT_FALSE(serve(fds_[1], session_));
}

}  // namespace
}  // namespace joulemark::worker
