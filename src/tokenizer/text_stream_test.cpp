// SPDX-License-Identifier: Apache-2.0
// Text that comes token by token is the text that all tokens have at once.
#include "tokenizer/text_stream.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/random.h"
#include "base/utf8.h"
#include "tokenizer/testing/small_tokenizers.h"

namespace joulemark::tokenizer {
namespace {

using ::testing::ElementsAre;
using testing::kByteFallback;
using testing::kByteLevel;
using testing::kCharacters;
using testing::kUnigram;
using testing::kWordPiece;
using testing::kWords;

Tokenizer parsed(std::string_view json) {
  auto tokenizer = Tokenizer::parse(json, "test.json");
  if (!tokenizer) throw std::runtime_error(tokenizer.error().message);
  return *std::move(tokenizer);
}

Tokenizer loaded(const std::string& name) {
  return Tokenizer::load(std::string(JOULEMARK_SOURCE_DIR) + "/tests/tokenizers/" + name + ".json")
      .value();
}

/// The pieces of `ids`, the last of them what finish() gives.
std::vector<std::string> pieces(const Tokenizer& tokenizer, const Ids& ids) {
  TextStream stream(tokenizer);
  std::vector<std::string> given;
  given.reserve(ids.size() + 1);
  for (const std::int32_t id : ids) given.push_back(stream.put(id));
  given.push_back(stream.finish());
  return given;
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const auto character = decode_utf8(text);
    if (!character.valid) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

void expect_whole(const Tokenizer& tokenizer, const Ids& ids) {
  std::string all;
  for (const std::string& piece : pieces(tokenizer, ids)) {
    EXPECT_TRUE(is_text(piece));
    all += piece;
  }
  EXPECT_EQ(all, tokenizer.decode(ids, SpecialTokens::kWithout).value())
      << fmt::format("{}", fmt::join(ids, " "));
}

Ids random_ids(const Tokenizer& tokenizer, Random& random) {
  Ids ids(random.below(24));
  // Few different ones, so that runs come.
  const auto most = static_cast<std::int64_t>(tokenizer.vocabulary_size());
  const auto first = random.below(static_cast<std::uint64_t>(most));
  for (auto& id : ids)
    id = static_cast<std::int32_t>(
        random.below(2) == 0 ? random.below(static_cast<std::uint64_t>(most))
                             : (first + random.below(8)) % static_cast<std::uint64_t>(most));
  return ids;
}

class EveryTokenizer : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryTokenizer, RandomIdsGiveTheTextOfAllAtOnce) {
  const Tokenizer tokenizer = loaded(GetParam());
  for (std::uint64_t round = 0; round < 2000; ++round) {
    Random random(7, round);
    expect_whole(tokenizer, random_ids(tokenizer, random));
    if (HasFailure()) return;
  }
}

TEST_P(EveryTokenizer, TextsComeBack) {
  const Tokenizer tokenizer = loaded(GetParam());
  for (const char* text :
       {"a b  c", "Zoë 👋🏽 and 日本語\n\n", "  it's 12.5 %!", "한국어 e\u0301"})
    expect_whole(tokenizer, tokenizer.encode(text, SpecialTokens::kWith).value());
}

INSTANTIATE_TEST_SUITE_P(TextStream, EveryTokenizer,
                         ::testing::Values("bert", "bloom", "codegen", "gemma", "gpt2", "llama",
                                           "llama3", "neox", "starcoder", "unigram"),
                         [](const auto& name) { return name.param; });

TEST(TextStream, SmallTokenizersGiveTheTextOfAllAtOnce) {
  for (const auto json : {kWords, kCharacters, kByteFallback, kByteLevel, kWordPiece, kUnigram}) {
    const Tokenizer tokenizer = parsed(json);
    for (std::uint64_t round = 0; round < 2000; ++round) {
      Random random(8, round);
      Ids ids(random.below(12));
      for (auto& id : ids)
        id = static_cast<std::int32_t>(random.below(tokenizer.vocabulary_size()));
      expect_whole(tokenizer, ids);
      if (HasFailure()) FAIL() << json;
    }
  }
}

TEST(TextStream, GivesEveryTokensTextAtOnce) {
  const Tokenizer tokenizer = parsed(kByteFallback);
  EXPECT_THAT(pieces(tokenizer, {1, 4, 6, 5}), ElementsAre("", "a", " ", "b", ""));
}

TEST(TextStream, WithholdsBytesUntilTheirRunEnds) {
  const Tokenizer tokenizer = parsed(kByteFallback);
  EXPECT_THAT(pieces(tokenizer, {4, 2, 3, 4}), ElementsAre("a", "", "", "\uFFFD\uFFFDa", ""));
  EXPECT_THAT(pieces(tokenizer, {4, 3}), ElementsAre("a", "", "\uFFFD"));
}

TEST(TextStream, AnIdThatNoTokenHasGivesNothing) {
  EXPECT_THAT(pieces(parsed(kByteFallback), {4, 99, -1, 5}), ElementsAre("a", "", "", "b", ""));
}

TEST(TextStream, BrokenCharactersWithoutEndCostNoMoreThanOthers) {
  const Tokenizer tokenizer = loaded("gpt2");
  const Ids lead = tokenizer.encode("\u00e9", SpecialTokens::kWithout).value();
  const Ids ids(100'000, lead.front());  // decoded anew for each token this would take an hour
  const auto given = pieces(tokenizer, ids);
  std::string all;
  for (const auto& piece : given) all += piece;
  EXPECT_EQ(all, tokenizer.decode(ids, SpecialTokens::kWithout).value());
}

}  // namespace
}  // namespace joulemark::tokenizer
