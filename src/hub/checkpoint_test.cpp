// SPDX-License-Identifier: Apache-2.0
// The index of weights in several files, and digests against known ones.
#include "hub/checkpoint.h"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/descriptor.h"
#include "base/file.h"
#include "hub/digest.h"

namespace joulemark::hub {
namespace {

using testing::ElementsAre;

TEST(Index, NamesEachFileOnce) {
  const auto files = parse_index(
      R"({"metadata": {}, "weight_map": {"x": "b.safetensors", "y": "a.safetensors", "z": "b.safetensors"}})");
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_THAT(*files, ElementsAre("a.safetensors", "b.safetensors"));
}

TEST(Index, WhatIsNoneIsSaidSo) {
  for (const char* text :
       {"", "[]", "{", "{}", R"({"weight_map": []})", R"({"weight_map": {}})",
        R"({"weight_map": {"x": 1}})", R"({"weight_map": {"x": "../a.safetensors"}})",
        R"({"weight_map": {"x": "/a.safetensors"}})", R"({"weight_map": {"x": "a.bin"}})",
        R"({"weight_map": {"x": "a\u0000.safetensors"}})"})
    EXPECT_FALSE(parse_index(text)) << text;
}

TEST(Index, ThatNamesTooManyFilesIsRefused) {
  nlohmann::json map = nlohmann::json::object();
  for (int i = 0; i < 5000; ++i) map[std::to_string(i)] = std::to_string(i) + ".safetensors";
  EXPECT_FALSE(parse_index(nlohmann::json{{"weight_map", map}}.dump()));
}

TEST(Digest, IsThatOfSha256sumAndGitHashObject) {
  const std::string path = testing::TempDir() + "/hub_digest_test";
  ASSERT_TRUE(write_file(path, "hello\n"));
  const Descriptor file(open(path.c_str(), O_RDONLY));
  EXPECT_EQ(digest_of(file.get(), 6, DigestKind::kSha256, nullptr).value(),
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
  EXPECT_EQ(digest_of(file.get(), 6, DigestKind::kGitBlob, nullptr).value(),
            "ce013625030ba8dba906f756967f9e9ca394464a");
  const std::atomic<bool> interrupted = true;
  EXPECT_EQ(digest_of(file.get(), 6, DigestKind::kSha256, &interrupted).error().kind,
            ErrorKind::kInterrupted);
}

TEST(Digest, KindFollowsTheFormOfTheEtag) {
  EXPECT_EQ(digest_kind(std::string(64, 'a')), DigestKind::kSha256);
  EXPECT_EQ(digest_kind(std::string(40, '0')), DigestKind::kGitBlob);
  EXPECT_EQ(digest_kind(std::string(64, 'A')), DigestKind::kNone);
  EXPECT_EQ(digest_kind("5f-3"), DigestKind::kNone);
}

}  // namespace
}  // namespace joulemark::hub
