// SPDX-License-Identifier: Apache-2.0
#include "cli/token_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace joulemark::cli {
namespace {

using ::testing::HasSubstr;

class TokenFile : public testing::Test {
 protected:
  ~TokenFile() override { std::filesystem::remove(path_); }
  Result<std::string> read(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return read_token_file(path_);
  }
  std::string path_ = testing::TempDir() + "joulemark_token_file_test";
};

TEST_F(TokenFile, HoldsOneTokenWithBlanksAroundIt) {
  for (const char* bytes : {"s3cret", "s3cret\n", "s3cret\r\n", "\n  s3cret \t\n\n"})
    EXPECT_EQ(read(bytes).value_or("?"), "s3cret") << bytes;
}

TEST_F(TokenFile, WhatIsNoTokenIsRefusedAndNotSaid) {
  for (const char* bytes : {"one two", "one\ntwo", "t\xc3\xb6ken", "a\x01z"}) {
    const auto token = read(bytes);
    ASSERT_FALSE(token) << bytes;
    EXPECT_EQ(token.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(token.error().message, HasSubstr("that no header can hold"));
    EXPECT_EQ(token.error().message.find(bytes), std::string::npos);
  }
}

TEST_F(TokenFile, AnEmptyOneAndNoneAreNamed) {
  EXPECT_THAT(read(" \n").error().message, HasSubstr("is empty"));
  EXPECT_THAT(read("").error().message, HasSubstr(path_));
  EXPECT_EQ(read_token_file("/nowhere/token").error().kind, ErrorKind::kUsage);
  EXPECT_FALSE(read(std::string(70'000, 'x')));
}

}  // namespace
}  // namespace joulemark::cli
