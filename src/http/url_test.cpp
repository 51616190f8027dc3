// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::http {
namespace {

using ::testing::HasSubstr;

TEST(Url, SchemeHostPortAndTargetAreTakenApart) {
  const auto url = parse_url("https://example.org:8443/a/b?c=d#e");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, Scheme::kHttps);
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a/b?c=d");
  EXPECT_EQ(url->origin(), "https://example.org:8443");
  EXPECT_EQ(url->at("/x").target, "/x");
}

TEST(Url, WhatIsLeftOutIsTheUsual) {
  EXPECT_EQ(parse_url("http://a")->port, 80);
  EXPECT_EQ(parse_url("https://a")->port, 443);
  EXPECT_EQ(parse_url("a:8000")->scheme, Scheme::kHttp);
  EXPECT_EQ(parse_url("a:8000")->port, 8000);
  EXPECT_EQ(parse_url("http://a")->target, "/");
  EXPECT_EQ(parse_url("http://a?b")->target, "/?b");
}

TEST(Url, HostHeaderLeavesTheSchemesOwnPortOut) {
  EXPECT_EQ(parse_url("http://a")->authority(), "a");
  EXPECT_EQ(parse_url("http://a:443")->authority(), "a:443");
  EXPECT_EQ(parse_url("http://[::1]:8000/")->authority(), "[::1]:8000");
  EXPECT_EQ(parse_url("http://[::1]:8000/")->host, "::1");
}

TEST(Url, WhatIsNoAddressIsRefusedWithAnExample) {
  for (const char* text :
       {"", "ftp://a", "http://", "http://a:0", "http://a:65536", "http://a:x", "http://a b",
        "http://u:p@a", "http://[::1", "http://a/\r\nX: y", "http://a[b]", "http://\x80"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(url.error().message, HasSubstr("http://127.0.0.1:8000"));
  }
}

}  // namespace
}  // namespace joulemark::http
