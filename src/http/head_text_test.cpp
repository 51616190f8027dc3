// SPDX-License-Identifier: Apache-2.0
// Heads of answers.
#include "http/head_text.h"

#include <gtest/gtest.h>

#include "http/date.h"

namespace joulemark::http {
namespace {

TEST(HeadText, HasWhatTheProtocolAsksFor) {
  EXPECT_EQ(
      head_text({.headers = {{"X-More", "1"}}}, {.date = "now", .length = 3}),
      "HTTP/1.1 200 OK\r\nServer: joulemark\r\nDate: now\r\nContent-Type: application/json\r\n"
      "Content-Length: 3\r\nX-More: 1\r\n\r\n");
  EXPECT_EQ(
      head_text({.status = 204}, {.keeps_alive = false, .date = "now", .length = 0}),
      "HTTP/1.1 204 No Content\r\nServer: joulemark\r\nDate: now\r\nConnection: close\r\n\r\n");
}

TEST(HeadText, OfPartsIsChunkedOrEndsWithTheConnection) {
  const auto chunked = head_text({}, {.date = "now"});
  EXPECT_NE(chunked.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  const auto old = head_text({}, {.version = 10, .keeps_alive = false, .date = "now"});
  EXPECT_EQ(old.find("Transfer-Encoding"), std::string::npos);
  EXPECT_NE(old.find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(HeadText, WhatAHandlerTookFromAClientAddsNoLine) {
  const auto head = head_text({.headers = {{"X-Id", "1\r\nSet-Cookie: x\n"}}}, {.date = "now"});
  EXPECT_NE(head.find("\r\nX-Id: 1Set-Cookie: x\r\n"), std::string::npos);
}

TEST(HeadText, DatesAreTheProtocolsOwn) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace joulemark::http
