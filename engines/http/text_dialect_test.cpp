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
constexpr auto kTgi = TextDialect::kTgi;

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

TEST(TextDialect, AsksTgiForATextByItsText) {
  const auto body = nlohmann::json::parse(text_body(
      kTgi, {.model = "m", .prompt = {5}, .new_tokens = 4, .text = "a\"b", .cache_salt = ""}));
  EXPECT_EQ(body, nlohmann::json::parse(R"({"inputs": "a\"b", "parameters":
                    {"max_new_tokens": 4, "do_sample": false, "details": true}})"));
  EXPECT_STREQ(text_path(kTgi), "/generate_stream");
}

TEST(TextDialect, ReadsTheEventsOfTgi) {
  const auto first = read_text_event(
      kTgi, R"({"index":1,"token":{"id":7,"text":" a","logprob":-0.1,"special":false},)"
            R"("generated_text":null,"details":null})");
  EXPECT_THAT(first.ids, ElementsAre(7));
  EXPECT_TRUE(first.has_text);
  EXPECT_FALSE(first.is_last);
  EXPECT_EQ(first.prompt_tokens, std::nullopt);
  const auto last = read_text_event(
      kTgi, R"({"index":2,"token":{"id":8,"text":"b","logprob":-0.1,"special":false},)"
            R"("generated_text":" ab","details":{"finish_reason":"length","input_length":5}})");
  EXPECT_THAT(last.ids, ElementsAre(8));
  EXPECT_TRUE(last.is_last);
  EXPECT_EQ(last.prompt_tokens, 5);
}

TEST(TextDialect, SurvivesEventsOfTgiThatAreNone) {
  for (const char* data :
       {"{}", R"({"token":5})", R"({"token":{"id":"x"}})", R"({"token":{"id":-1}})",
        R"({"token":{"id":1e99}})", R"({"token":null,"details":[1]})",
        R"({"details":{"input_length":"5"}})"}) {
    const auto event = read_text_event(kTgi, data);
    EXPECT_THAT(event.ids, IsEmpty()) << data;
    EXPECT_EQ(event.prompt_tokens, std::nullopt) << data;
  }
  EXPECT_THAT(read_text_event(kTgi, "[]").failure, HasSubstr("no JSON"));
  EXPECT_EQ(read_text_event(kTgi, R"({"error":"too long","error_type":"validation"})").failure,
            "too long");
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

TEST(TextDialect, TellsALimitFromAnEnd) {
  EXPECT_TRUE(
      read_text_event(kOpenAi, R"({"choices":[{"text":"","finish_reason":"length"}]})").is_limited);
  EXPECT_FALSE(
      read_text_event(kOpenAi, R"({"choices":[{"text":"","finish_reason":"stop"}]})").is_limited);
  const auto last = read_text_event(
      kLlama, R"({"content":"","tokens":[],"stop":true,"stop_type":"limit","tokens_predicted":4})");
  EXPECT_TRUE(last.is_limited);
  EXPECT_EQ(last.made, 4);
}

TEST(TextDialect, TellsWhatTheServerSaysOfItsFailure) {
  EXPECT_EQ(read_text_event(kOpenAi, R"({"error":{"message":"too long"}})").failure, "too long");
  EXPECT_THAT(read_text_event(kLlama, "nonsense").failure, HasSubstr("no JSON"));
  EXPECT_NE(read_text_event(kOpenAi, "nonsense").failure, "");
}

}  // namespace
}  // namespace joulemark::http_engine
