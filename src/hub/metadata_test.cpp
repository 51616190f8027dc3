// SPDX-License-Identifier: Apache-2.0
// What the hub says of files, as servers may send it.
#include "hub/metadata.h"

#include <gmock/gmock.h>

#include "net/headers.h"

namespace joulemark::hub {
namespace {

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

net::HttpResponse response(const std::vector<std::string>& lines) {
  net::HttpResponse read;
  for (const auto& line : lines) EXPECT_TRUE(add_header_line(line + "\r\n", read));
  return read;
}

TEST(Metadata, MetadataOfALargeFileIsThatOfTheRedirect) {
  const auto read = response({"HTTP/1.1 302 Found", std::string("X-Repo-Commit: ") + kCommit,
                              "X-Linked-Etag: \"ab\"", "X-Linked-Size: 5", "ETag: \"cd\"",
                              "Content-Length: 900"});
  const auto metadata = parse_metadata(read);
  ASSERT_TRUE(metadata);
  EXPECT_EQ(metadata->etag, "ab");
  EXPECT_EQ(metadata->bytes, 5U);
  EXPECT_EQ(metadata->commit, kCommit);
}

TEST(Metadata, TheLengthOfARedirectIsNotThatOfTheFile) {
  const auto read = response({"HTTP/1.1 302 Found", std::string("X-Repo-Commit: ") + kCommit,
                              "ETag: W/\"cd\"", "Content-Length: 900"});
  ASSERT_TRUE(parse_metadata(read));
  EXPECT_EQ(parse_metadata(read)->bytes, std::nullopt);
}

TEST(Metadata, MetadataWithoutCommitOrWithAnImpossibleSizeIsNone) {
  EXPECT_FALSE(parse_metadata(response({"HTTP/1.1 200 OK", "ETag: \"cd\""})));
  const std::string commit = std::string("X-Repo-Commit: ") + kCommit;
  EXPECT_FALSE(parse_metadata(response({"HTTP/1.1 200 OK", commit})));
  EXPECT_FALSE(parse_metadata(response(
      {"HTTP/1.1 200 OK", commit, "ETag: \"cd\"", "Content-Length: 9223372036854775807"})));
}

TEST(Metadata, AnEtagIsANameOfAFileOrNothing) {
  EXPECT_EQ(parse_etag("\"5f-3\""), "5f-3");
  EXPECT_EQ(parse_etag("W/\"ab\""), "ab");
  for (const char* text : {"", "\"\"", "..", ".x", "a/b", "a b", "\"a", "a\x01"})
    EXPECT_FALSE(parse_etag(text)) << text;
  EXPECT_FALSE(parse_etag(std::string(201, 'a')));
}

}  // namespace
}  // namespace joulemark::hub
