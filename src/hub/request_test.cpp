// SPDX-License-Identifier: Apache-2.0
// Names and revisions, well and badly formed.
#include "hub/request.h"

#include <gmock/gmock.h>

namespace joulemark::hub {
namespace {

using testing::HasSubstr;

TEST(HubRequest, OwnerNameAndRevisionAreRead) {
  const auto request = parse_request("hub:Qwen/Qwen2.5-0.5B_x@refs/pr/1");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->repository, "Qwen/Qwen2.5-0.5B_x");
  EXPECT_EQ(request->revision, "refs/pr/1");
  EXPECT_EQ(to_string(*request), "hub:Qwen/Qwen2.5-0.5B_x@refs/pr/1");
}

TEST(HubRequest, WithoutOwnerAndRevisionItIsALegacyNameAtMain) {
  const auto request = parse_request("hub:gpt2");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->repository, "gpt2");
  EXPECT_EQ(request->revision, "main");
  EXPECT_EQ(to_string(*request), "hub:gpt2");
}

class NoRequest : public testing::TestWithParam<std::string> {};

TEST_P(NoRequest, IsAUsageErrorThatQuotesIt) {
  const auto request = parse_request(GetParam());
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(request.error().message, HasSubstr("hub:OWNER/NAME"));
}

INSTANTIATE_TEST_SUITE_P(Names, NoRequest,
                         testing::Values("gpt2", "hub:", "hub:/", "hub:a/", "hub:/a", "hub:a/b/c",
                                         "hub:..", "hub:a/..", "hub:-a", "hub:a.", "hub:a--b/c",
                                         "hub:a/b.git", "hub:a b", "hub:a/b@", "hub:a/b@..",
                                         "hub:a/b@/x", "hub:a/b@x/", "hub:a/b@x//y", "hub:a/b@../x",
                                         "hub:a/b@.x", "hub:a/b@x y", "hub:a/b@x:y",
                                         "hub:a/b@x@{1}", "hub:a/b@x\\y", "hub:caf\xc3\xa9",
                                         std::string("hub:a\0b", 7), "hub:" + std::string(97, 'a'),
                                         "hub:a@" + std::string(300, 'b')));

TEST(SafePath, StaysInItsFolder) {
  EXPECT_TRUE(is_safe_path("1_Pooling/config.json"));
  EXPECT_TRUE(is_safe_path("a..b"));
  for (const char* path : {"", "/a", "a/", "a//b", ".", "..", "a/../b", "a/..", "a\\b", "a\nb"})
    EXPECT_FALSE(is_safe_path(path)) << path;
}

TEST(Commit, IsFortyLowerCaseHexadecimalDigits) {
  EXPECT_TRUE(is_commit("0123456789abcdef0123456789abcdef01234567"));
  EXPECT_FALSE(is_commit("0123456789ABCDEF0123456789abcdef01234567"));
  EXPECT_FALSE(is_commit("0123456"));
}

}  // namespace
}  // namespace joulemark::hub
