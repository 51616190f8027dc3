// SPDX-License-Identifier: Apache-2.0
// Where two texts part, and the digest that both sides of the protocol make of texts.
#include "run/texts.h"

#include <gmock/gmock.h>

#include <fstream>

#include "run/temporary_folder.h"

namespace joulemark::run {
namespace {

using ::testing::IsEmpty;
using ::testing::Optional;

const Texts kTexts = {{{1, 2, 3}, {4, 5, 6}}, {{7, 8, 9}}};

TEST(Texts, EqualOnesPartNowhere) {
  EXPECT_THAT(partings(kTexts, kTexts), Optional(IsEmpty()));
}

TEST(Texts, EachRowPartsAtItsFirstOtherToken) {
  Texts own = kTexts;
  own[0][1] = {4, 0, 0};
  own[1][0] = {0, 8, 9};
  const auto found = partings(own, kTexts);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0], (Parting{.prompt = 1, .before = {4}, .own = 0, .reference = 5}));
  EXPECT_EQ((*found)[1], (Parting{.prompt = 2, .before = {}, .own = 0, .reference = 7}));
  EXPECT_EQ(in_words((*found)[0]), "prompt 2, token 2: 0 instead of 5");
}

TEST(Texts, OtherLengthsAreNotCompared) {
  Texts shorter = kTexts;
  shorter[0][1].pop_back();
  EXPECT_FALSE(partings(shorter, kTexts));
  Texts fewer = kTexts;
  fewer.pop_back();
  EXPECT_FALSE(partings(fewer, kTexts));
  EXPECT_FALSE(partings(kTexts, fewer));
}

TEST(Texts, DigestTellsRowsApart) {
  EXPECT_EQ(digest_of({}), "cbf29ce484222325");
  EXPECT_EQ(digest_of({{{1}}}), "f92ed8f4ce1c3300");
  EXPECT_NE(digest_of({{{1, 2}, {3}}}), digest_of({{{1}, {2, 3}}}));
}

TEST(Texts, WhatIsNoTextIsNone) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_FALSE(has_texts(folder->path()));
  for (const char* text : {"", "[]", R"({"requests":3})", R"({"requests":[[["a"]]]})"}) {
    std::ofstream(folder->path() / "tokens.json") << text;
    EXPECT_FALSE(read_texts(folder->path())) << text;
  }
  std::ofstream(folder->path() / "tokens.json") << R"({"requests":[[[1,2,3],[4,5,6]],[[7,8,9]]]})";
  EXPECT_EQ(read_texts(folder->path()), kTexts);
}

}  // namespace
}  // namespace joulemark::run
