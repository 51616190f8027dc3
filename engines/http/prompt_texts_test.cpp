// SPDX-License-Identifier: Apache-2.0
#include "prompt_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "plugin_kit/status.h"
#include "tokenizer/testing/small_tokenizers.h"

namespace joulemark::http_engine {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string folder_with(std::string_view tokenizer) {
  const fs::path folder = fs::path(::testing::TempDir()) / "prompt_texts_test";
  fs::create_directories(folder);
  std::ofstream(folder / "tokenizer.json") << tokenizer;
  return folder.string();
}

std::string complaint(const std::function<void()>& call) {
  try {
    call();
    return "";
  } catch (const plugin::Failure& failure) {
    return failure.message;
  }
}

/// <s> a b ab, where a text begins with <s>.
TEST(PromptTexts, LeaveOutWhatTheServerAddsItself) {
  PromptTexts texts(folder_with(tokenizer::testing::kByteFallback));
  EXPECT_EQ(texts.text_of({1, 7}), "ab");
  EXPECT_EQ(texts.text_of({1, 4}), "a");
  EXPECT_EQ(texts.text_of({1, 7}), "ab");
  EXPECT_THAT(texts.some_prompt(), ElementsAre(1, 4));
}

TEST(PromptTexts, NameSpecialTokensInsideOfAText) {
  PromptTexts texts(folder_with(tokenizer::testing::kByteFallback));
  EXPECT_EQ(texts.text_of({1, 4, 1, 5}), "a<s>b");
  PromptTexts plain(folder_with(R"({"version":"1.0","added_tokens":[{"id":2,"content":"<e>",
      "single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
      "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},
      "decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},
      "model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]}})"));
  EXPECT_EQ(plain.text_of({0, 2, 1}), "a<e>b");
}

TEST(PromptTexts, RefuseTokensThatNoTextHas) {
  PromptTexts texts(folder_with(tokenizer::testing::kByteFallback));
  EXPECT_THAT(complaint([&] {
                texts.text_of({1, 4, 5});
              }),
              testing::AllOf(HasSubstr("these 3 tokens"), HasSubstr("'workload'")));
  EXPECT_NE(complaint([&] { texts.text_of({4}); }), "");
  EXPECT_NE(complaint([&] { texts.text_of({1, 99}); }), "");
}

TEST(PromptTexts, WantATokenizer) {
  EXPECT_THAT(complaint([] { PromptTexts texts("/nonexistent"); }), HasSubstr("text alone"));
}

}  // namespace
}  // namespace joulemark::http_engine
