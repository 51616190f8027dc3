// SPDX-License-Identifier: Apache-2.0
// Header lines and addresses as servers may send them.
#include "net/headers.h"

#include <gtest/gtest.h>

#include <vector>

#include "net/url.h"

namespace joulemark::net {
namespace {

HttpResponse response(const std::vector<std::string>& lines) {
  HttpResponse read;
  for (const auto& line : lines) EXPECT_TRUE(add_header_line(line + "\r\n", read));
  return read;
}

TEST(Headers, AStatusLineBeginsTheAnswerAnew) {
  const auto read = response({"HTTP/1.1 100 Continue", "X-A: 1", "", "HTTP/2 302 ", "X-B:2 ", ""});
  EXPECT_EQ(read.status, 302);
  EXPECT_EQ(header(read, "x-a"), "");
  EXPECT_EQ(header(read, "x-b"), "2");
}

TEST(Headers, TooManyOrTooLongEndTheRequest) {
  HttpResponse read;
  EXPECT_FALSE(add_header_line(std::string(20000, 'a'), read));
  for (int i = 0; i < 256; ++i) EXPECT_TRUE(add_header_line(std::to_string(i) + ": x", read));
  EXPECT_FALSE(add_header_line("x: y", read));
}

TEST(Headers, ARangeContinuesWhereItShould) {
  EXPECT_TRUE(continues_at("bytes 5-9/10", 5, 10));
  EXPECT_TRUE(continues_at("bytes 5-9/*", 5, 10));
  EXPECT_TRUE(continues_at("bytes 5-9/10", 5, std::nullopt));
  for (const char* text : {"", "bytes */10", "bytes 4-9/10", "bytes 5-9/11", "items 5-9/10",
                           "bytes 5", "bytes -5-9/10", "bytes 5/10-9"})
    EXPECT_FALSE(continues_at(text, 5, 10)) << text;
}

TEST(Headers, RetryAfterIsSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("7"), 7);
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), 0);
  EXPECT_GT(parse_retry_after("Wed, 21 Oct 2065 07:28:00 GMT"), 1e6);
  EXPECT_EQ(parse_retry_after("-1"), 0);
  EXPECT_EQ(parse_retry_after("soon"), 0);
}

TEST(Url, OriginsAreComparedWithTheirPorts) {
  EXPECT_EQ(origin_of("HTTPS://Hub.Example/x"), "https://hub.example:443");
  EXPECT_EQ(origin_of("http://hub.example:443"), "http://hub.example:443");
  EXPECT_EQ(origin_of("https://hub.example@evil.example/"), "https://evil.example:443");
  EXPECT_FALSE(origin_of("file:///etc/passwd"));
  EXPECT_FALSE(origin_of("nonsense://x y"));
}

TEST(Url, RedirectsMayBeRelativeAndKeepTheirSignature) {
  EXPECT_EQ(redirect_target("https://h/a/b", "/c?d=e%2F"), "https://h/c?d=e%2F");
  EXPECT_EQ(redirect_target("http://h/a", "https://s/x"), "https://s/x");
  EXPECT_FALSE(redirect_target("https://h/a", "http://h/a"));
  EXPECT_FALSE(redirect_target("https://h/a", "file:///etc/passwd"));
  EXPECT_FALSE(redirect_target("https://h/a", ""));
}

TEST(Url, WhatIsShownHoldsNoSecret) {
  EXPECT_EQ(shown_url("https://me:pass@h:8/p?signature=x#y"), "https://h:8/p");
  EXPECT_EQ(shown_url("https://h"), "https://h");
}

TEST(Url, EveryByteButTheUnreservedIsQuoted) {
  EXPECT_EQ(percent_encode("refs/pr/1"), "refs%2Fpr%2F1");
  EXPECT_EQ(percent_encode("a b/\xc3\xa9%", "/"), "a%20b/%C3%A9%25");
}

}  // namespace
}  // namespace joulemark::net
