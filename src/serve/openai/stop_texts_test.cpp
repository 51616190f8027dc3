// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/stop_texts.h"

#include <gmock/gmock.h>

#include "base/random.h"

namespace joulemark::serve {
namespace {

using ::testing::ElementsAre;

/// What each piece gives; the last is what finish() gives, or "!" and the stop text.
std::vector<std::string> given(const std::vector<std::string>& stops,
                               const std::vector<std::string>& pieces) {
  StopTexts texts(stops);
  std::vector<std::string> given;
  for (const std::string& piece : pieces) {
    auto found = texts.put(piece);
    given.push_back(found.text);
    if (!found.found) continue;
    given.push_back("!" + *found.found);
    return given;
  }
  given.push_back(texts.finish());
  return given;
}

TEST(StopTexts, TextPassesWhereThereIsNone) {
  EXPECT_THAT(given({}, {"ab", "c"}), ElementsAre("ab", "c", ""));
}

TEST(StopTexts, TheAnswerEndsInFrontOfOne) {
  EXPECT_THAT(given({"cd"}, {"abcdef"}), ElementsAre("ab", "!cd"));
}

TEST(StopTexts, TheyAreFoundAcrossPieces) {
  EXPECT_THAT(given({"STOP"}, {"a S", "T", "OP b"}), ElementsAre("a ", "", "", "!STOP"));
}

TEST(StopTexts, ABeginThatLeadsNowhereComesLater) {
  EXPECT_THAT(given({"STOP"}, {"xST", "x", "S"}), ElementsAre("x", "STx", "", "S"));
}

TEST(StopTexts, BeginsMayOverlap) {
  EXPECT_THAT(given({"aab"}, {"a", "a", "a", "b"}), ElementsAre("", "", "a", "", "!aab"));
}

TEST(StopTexts, TheFirstThatEndsIsTheOne) {
  EXPECT_THAT(given({"abcd", "bc"}, {"xabcd"}), ElementsAre("xa", "!bc"));
  EXPECT_THAT(given({"c", "bc"}, {"abc"}), ElementsAre("a", "!bc"));
}

TEST(StopTexts, NoCharacterIsCut) {
  EXPECT_THAT(given({"\u00e9x"}, {"\u00e8", "\u00e9", "y"}),
              ElementsAre("\u00e8", "", "\u00e9y", ""));
}

TEST(StopTexts, AreFoundWhereASearchOfTheWholeTextFindsThem) {
  for (std::uint64_t round = 0; round < 3000; ++round) {
    Random random(5, round);
    const auto word = [&](std::size_t most) {
      std::string text(1 + random.below(most), 'a');
      for (char& byte : text) byte = "ab"[random.below(2)];
      return text;
    };
    const std::string stop = word(5);
    std::vector<std::string> pieces;
    std::string whole;
    for (int i = 0; i < 8; ++i) whole += pieces.emplace_back(word(3));
    std::string all;
    for (const std::string& text : given({stop}, pieces))
      if (!text.starts_with('!')) all += text;
    EXPECT_EQ(all, whole.substr(0, whole.find(stop))) << stop << " in " << whole;
  }
}

}  // namespace
}  // namespace joulemark::serve
