// SPDX-License-Identifier: Apache-2.0
// Header lines and addresses as servers may send them.
#include "hub/headers.h"

#include <gmock/gmock.h>

#include "hub/url.h"

namespace joulemark::hub {
namespace {

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

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

TEST(Headers, MetadataOfALargeFileIsThatOfTheRedirect) {
  const auto read = response({"HTTP/1.1 302 Found", std::string("X-Repo-Commit: ") + kCommit,
                              "X-Linked-Etag: \"ab\"", "X-Linked-Size: 5", "ETag: \"cd\"",
                              "Content-Length: 900"});
  const auto metadata = parse_metadata(read);
  ASSERT_TRUE(metadata);
  EXPECT_EQ(metadata->etag, "ab");
  EXPECT_EQ(metadata->bytes, 5U);
  EXPECT_EQ(metadata->commit, kCommit);
}

TEST(Headers, TheLengthOfARedirectIsNotThatOfTheFile) {
  const auto read = response({"HTTP/1.1 302 Found", std::string("X-Repo-Commit: ") + kCommit,
                              "ETag: W/\"cd\"", "Content-Length: 900"});
  ASSERT_TRUE(parse_metadata(read));
  EXPECT_EQ(parse_metadata(read)->bytes, std::nullopt);
}

TEST(Headers, MetadataWithoutCommitOrWithAnImpossibleSizeIsNone) {
  EXPECT_FALSE(parse_metadata(response({"HTTP/1.1 200 OK", "ETag: \"cd\""})));
  const std::string commit = std::string("X-Repo-Commit: ") + kCommit;
  EXPECT_FALSE(parse_metadata(response({"HTTP/1.1 200 OK", commit})));
  EXPECT_FALSE(parse_metadata(response(
      {"HTTP/1.1 200 OK", commit, "ETag: \"cd\"", "Content-Length: 9223372036854775807"})));
}

TEST(Headers, AnEtagIsANameOfAFileOrNothing) {
  EXPECT_EQ(parse_etag("\"5f-3\""), "5f-3");
  EXPECT_EQ(parse_etag("W/\"ab\""), "ab");
  for (const char* text : {"", "\"\"", "..", ".x", "a/b", "a b", "\"a", "a\x01"})
    EXPECT_FALSE(parse_etag(text)) << text;
  EXPECT_FALSE(parse_etag(std::string(201, 'a')));
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
}  // namespace joulemark::hub
