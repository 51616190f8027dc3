// SPDX-License-Identifier: Apache-2.0
#include "text_dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace joulemark::http_engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kOpenAi = TextDialect::kOpenAi;
constexpr auto kLlama = TextDialect::kLlamaCpp;

TEST(TextDialect, AsksOpenAisApiForExactlySoManyGreedyTokensAndTheirIds) {
  const auto body = nlohmann::json::parse(
      text_body(kOpenAi, {.model = "m", .prompt = {5, 9}, .new_tokens = 4, .cache_salt = "a\"b"}));
  EXPECT_EQ(body["prompt"], nlohmann::json({5, 9}));
  EXPECT_EQ(body["model"], "m");
  EXPECT_EQ(body["max_tokens"], 4);
  EXPECT_EQ(body["temperature"], 0);
  for (const char* key : {"stream", "ignore_eos", "return_token_ids"}) EXPECT_EQ(body[key], true);
  EXPECT_EQ(body["cache_salt"], "a\"b");
}

TEST(TextDialect, AsksLlamaCppNotToKeepThePrompt) {
  const auto body = nlohmann::json::parse(
      text_body(kLlama, {.model = "m", .prompt = {5}, .new_tokens = 4, .cache_salt = ""}));
  EXPECT_EQ(body["n_predict"], 4);
  EXPECT_EQ(body["cache_prompt"], false);
}

TEST(TextDialect, ReadsTheIdsOfAnEvent) {
  const auto event = read_text_event(
      kOpenAi, R"({"choices":[{"index":0,"text":" a","token_ids":[7,8],"finish_reason":null}]})");
  EXPECT_THAT(event.ids, ElementsAre(7, 8));
  EXPECT_TRUE(event.has_text);
  EXPECT_FALSE(event.is_last);
  EXPECT_THAT(read_text_event(kLlama, R"({"content":"x","tokens":[3],"stop":false})").ids,
              ElementsAre(3));
}

TEST(TextDialect, KnowsTheLastEvent) {
  EXPECT_TRUE(read_text_event(kOpenAi, "[DONE]").is_last);
  EXPECT_TRUE(
      read_text_event(kOpenAi, R"({"choices":[{"text":"","finish_reason":"length"}]})").is_last);
  const auto last = read_text_event(kLlama, R"({"content":"","tokens":[1,2],"stop":true})");
  EXPECT_TRUE(last.is_last);
  EXPECT_THAT(last.ids, IsEmpty());
}

TEST(TextDialect, TellsWhatTheServerSaysOfItsFailure) {
  EXPECT_EQ(read_text_event(kOpenAi, R"({"error":{"message":"too long"}})").failure, "too long");
  EXPECT_THAT(read_text_event(kLlama, "nonsense").failure, HasSubstr("no JSON"));
  EXPECT_NE(read_text_event(kOpenAi, "nonsense").failure, "");
}

}  // namespace
}  // namespace joulemark::http_engine
