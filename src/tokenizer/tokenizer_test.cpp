// SPDX-License-Identifier: Apache-2.0
// Kinds of tokenizers, damaged ones, and what must not take forever. Ids are compared with the
// reference in tests/e2e/test_tokenize.py.
#include "tokenizer/tokenizer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "tokenizer/testing/small_tokenizers.h"

namespace joulemark::tokenizer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kByteFallback;
using testing::kCharacters;
using testing::with_part;
namespace fs = std::filesystem;

Tokenizer parsed(std::string_view json) {
  auto tokenizer = Tokenizer::parse(json, "test.json");
  if (!tokenizer) throw std::runtime_error(tokenizer.error().message);
  return *std::move(tokenizer);
}

std::string complaint(std::string_view json) {
  const auto tokenizer = Tokenizer::parse(json, "test.json");
  return tokenizer ? "(no complaint)" : tokenizer.error().message;
}

Ids ids_of(const Tokenizer& tokenizer, std::string_view text,
           SpecialTokens special = SpecialTokens::kWithout) {
  const auto ids = tokenizer.encode(text, special);
  if (!ids) throw std::runtime_error(ids.error().message);
  return *ids;
}

std::string why_not(const Tokenizer& tokenizer, std::string_view text) {
  const auto ids = tokenizer.encode(text, SpecialTokens::kWith);
  return ids ? "(no complaint)" : ids.error().message;
}

/// A splitter by `regex`, in front of words "x" and "y".
std::string splitting_by(const std::string& regex) {
  return with_part("pre_tokenizer", fmt::format(R"({{"type":"Split","pattern":{{"Regex":"{}"}},)"
                                                R"("behavior":"Isolated","invert":false}})",
                                                regex));
}

TEST(Tokenizer, AddsSpecialTokensOnlyWhenAsked) {
  const auto tokenizer = parsed(kByteFallback);
  EXPECT_THAT(ids_of(tokenizer, "ab", SpecialTokens::kWith), ElementsAre(1, 7));
  EXPECT_THAT(ids_of(tokenizer, "ab"), ElementsAre(7));
  EXPECT_THAT(ids_of(tokenizer, "a<s>b"), ElementsAre(4, 1, 5));
  EXPECT_EQ(tokenizer.decode(Ids{1, 7}, SpecialTokens::kWith).value(), "<s>ab");
  EXPECT_EQ(tokenizer.decode(Ids{1, 7}, SpecialTokens::kWithout).value(), "ab");
  EXPECT_EQ(tokenizer.vocabulary_size(), 8u);
}

TEST(Tokenizer, KeepsZeroCharacters) {
  const auto tokenizer = parsed(kByteFallback);
  const std::string_view text("a\0b", 3);
  EXPECT_THAT(ids_of(tokenizer, text), ElementsAre(4, 2, 5));
  EXPECT_EQ(tokenizer.decode(Ids{4, 2, 5}, SpecialTokens::kWith).value(), text);
}

TEST(Tokenizer, EmptyTextHasNoIdsAndNoIdsHaveEmptyText) {
  const auto tokenizer = parsed(kByteFallback);
  EXPECT_THAT(ids_of(tokenizer, ""), IsEmpty());
  EXPECT_EQ(tokenizer.decode({}, SpecialTokens::kWith).value(), "");
}

TEST(Tokenizer, RefusesTextThatIsNotUtf8) {
  EXPECT_THAT(why_not(parsed(kByteFallback), "a\xFF"), HasSubstr("invalid utf-8"));
  EXPECT_THAT(why_not(parsed(kByteFallback), "\xED\xA0\x80"), HasSubstr("invalid utf-8"));
}

TEST(Tokenizer, NamesTheIdThatNoTokenHas) {
  const auto tokenizer = parsed(kByteFallback);
  for (const std::int32_t id : {8, -1, 2147483647}) {
    const auto text = tokenizer.decode(Ids{4, id}, SpecialTokens::kWith);
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message, HasSubstr(fmt::format("no token has the id {}", id)));
  }
}

TEST(Tokenizer, AppliesNeitherTruncationNorPadding) {
  const std::string json =
      with_part("truncation", R"({"direction":"Right","max_length":1,"strategy":"LongestFirst",)"
                              R"("stride":0},"padding":{"strategy":{"Fixed":9},"direction":)"
                              R"("Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,)"
                              R"("pad_token":"u"})");
  EXPECT_THAT(ids_of(parsed(json), "xx"), ElementsAre(0));
  EXPECT_EQ(ids_of(parsed(kCharacters), "xyx").size(), 3u);
}

TEST(Tokenizer, RefusesTextsOverTheLimitAtOnce) {
  const std::string longest(std::size_t{4} << 20, ' ');
  const auto tokenizer = parsed(splitting_by("y+"));
  EXPECT_EQ(ids_of(tokenizer, longest).size(), 1u);
  EXPECT_THAT(why_not(tokenizer, longest + " "), HasSubstr("4194305 bytes"));
}

TEST(Tokenizer, CountsTextAsItIsAfterNormalisation) {
  const auto tokenizer = parsed(with_part("normalizer", R"({"type":"NFKC"})"));
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += "\uFDFA";  // 18 characters each
  EXPECT_THAT(why_not(tokenizer, text), HasSubstr("normalisation"));
  EXPECT_EQ(ids_of(tokenizer, text.substr(0, 300)).size(), 1u);
}

TEST(Tokenizer, SaysThatARegularExpressionGaveUp) {
  const auto tokenizer = parsed(splitting_by("(x+x+)+y"));
  EXPECT_THAT(why_not(tokenizer, std::string(100, 'x')), HasSubstr("retry-limit"));
  EXPECT_THAT(ids_of(tokenizer, "x"), ElementsAre(1)) << "it can be used again";
}

TEST(Tokenizer, SplitsARunOfAMillionBlanks) {
  const auto tokenizer = parsed(splitting_by(R"(\\s+(?!\\S)|\\s+|x)"));
  EXPECT_THAT(ids_of(tokenizer, std::string(1'100'000, ' ') + "x"), ElementsAre(0, 0, 1));
}

TEST(Tokenizer, IsUsedBySeveralThreads) {
  const auto tokenizer = parsed(kByteFallback);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (int& count : wrong)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) count += ids_of(tokenizer, "ab b") != Ids({7, 6, 5});
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

struct Damaged {
  std::string json;
  std::string said;
};

std::string nested(std::size_t depth) {
  std::string rules = R"({"type":"NFC"})";
  for (std::size_t i = 0; i < depth; ++i)
    rules = R"({"type":"Sequence","normalizers":[)" + rules + "]}";
  return with_part("normalizer", rules);
}

std::string bpe(const std::string& vocabulary, const std::string& merges,
                const std::string& more = "") {
  return with_part("model", fmt::format(R"({{"type":"BPE","vocab":{{{}}},"merges":[{}]{}}})",
                                        vocabulary, merges, more));
}

TEST(Tokenizer, RefusesDamagedFilesInOneLine) {
  const std::string regex_of_brackets = std::string(100'000, '(') + std::string(100'000, ')');
  const Damaged all[] = {
      {"", "EOF"},
      {std::string(1'000'000, '['), "expected struct"},
      {with_part("model", R"({"type":"Foo"})"), "ModelUntagged"},
      {with_part("model", "null"), "ModelUntagged"},
      {nested(200), "recursion limit"},
      {splitting_by(regex_of_brackets), "parse depth limit"},
      {splitting_by("["), "Oniguruma error"},
      {bpe(R"("a":0)", R"("a z")"), "`z` out of vocabulary"},
      {bpe(R"("a":0,"b":1,"cc":2)", R"(["a","b"])"), "`ab` out of vocabulary"},
      {bpe(R"("a":0)", "", R"(,"dropout":0.1)"), "'model.dropout' makes ids random"},
      {bpe(R"("a":0,"b":1)", R"(["a","b"])"), "out of range"},
      {bpe(R"("a":0,"é":1)", R"(["a","é"])", R"(,"continuing_subword_prefix":"p")"),
       "`a\uFFFD` out of vocabulary"},
      {bpe(R"("a":4294967296)", ""), "expected u32"},
      {with_part("normalizer", R"({"type":"Prepend","prepend":")" + std::string(2000, 'x') + "\"}"),
       "2000 times longer"},
      {with_part("model", R"({"type":"WordPiece","unk_token":"u","continuing_subword_prefix":"##",)"
                          R"("max_input_chars_per_word":100000,"vocab":{"u":0}})"),
       "max_input_chars_per_word"},
      {with_part("normalizer", R"({"type":"Precompiled","precompiled_charsmap":"AAAA"})"),
       "precompiled_charsmap"},
  };
  for (const auto& [json, said] : all) {
    const std::string message = complaint(json);
    EXPECT_THAT(message, HasSubstr("cannot use the tokenizer 'test.json': "));
    EXPECT_THAT(message, HasSubstr(said));
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
}

TEST(Tokenizer, MergesThatLeadNowhereEnd) {
  const auto tokenizer = parsed(bpe(R"("a":0,"":1)", R"(["a",""],["","a"])"));
  EXPECT_EQ(ids_of(tokenizer, "aaaa").size(), 4u);
}

TEST(Tokenizer, UsesRulesThatAreNestedDeeply) {
  EXPECT_THAT(ids_of(parsed(nested(60)), "x"), ElementsAre(1));
}

class FindTokenizerFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              fmt::format("tokenizer_{}",
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  void touch(const char* name) const { std::ofstream(folder_ / name) << "{}"; }
  [[nodiscard]] std::string complaint() const {
    const auto found = find_tokenizer_file(folder_);
    return found ? "(no complaint)" : found.error().message;
  }

  fs::path folder_;
};

TEST_F(FindTokenizerFile, TakesTheFileOrItsFolder) {
  touch("tokenizer.json");
  EXPECT_EQ(find_tokenizer_file(folder_).value(), folder_ / "tokenizer.json");
  EXPECT_EQ(find_tokenizer_file(folder_ / "tokenizer.json").value(), folder_ / "tokenizer.json");
}

TEST_F(FindTokenizerFile, SaysHowToMakeOneOfOlderFiles) {
  EXPECT_THAT(complaint(), HasSubstr("it holds no tokenizer.json"));
  touch("vocab.json");
  touch("merges.txt");
  EXPECT_THAT(complaint(), HasSubstr("it holds vocab.json, merges.txt but no tokenizer.json"));
  EXPECT_THAT(complaint(), HasSubstr("save_pretrained"));
}

TEST_F(FindTokenizerFile, NamesWhatIsNotThere) {
  const auto found = find_tokenizer_file(folder_ / "nowhere");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(found.error().message, HasSubstr("no such file or folder"));
}

}  // namespace
}  // namespace joulemark::tokenizer
