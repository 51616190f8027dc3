// SPDX-License-Identifier: Apache-2.0
// Tests of request targets.
#include "http/target.h"

#include <gtest/gtest.h>

namespace joulemark::http {
namespace {

TEST(Target, IsPathAndQuery) {
  const auto target = split_target("/v1/a%2Fb%20c?x=%20&y");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/a/b c");
  EXPECT_EQ(target->query, "x=%20&y");
}

TEST(Target, OfAProxyHasAHost) {
  const auto target = split_target("http://host:80/path");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/path");
  EXPECT_EQ(target->query, "");
}

TEST(Target, WithoutAPathIsNone) {
  for (const char* text : {"", "*", "path", "http://host", "/%", "/%4", "/%zz", "/%-1", "/%00"})
    EXPECT_FALSE(split_target(text)) << text;
}

}  // namespace
}  // namespace joulemark::http
