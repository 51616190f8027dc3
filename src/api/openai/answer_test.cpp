// SPDX-License-Identifier: Apache-2.0
#include "api/openai/answer.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace joulemark::api::openai {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Answer full(Endpoint endpoint, Part part) {
  Answer answer{.endpoint = endpoint, .part = part, .id = "i", .created_s = 5, .model = "m"};
  Choice choice{.index = 1, .text = "é?", .finish_reason = "stop"};
  choice.logprobs = {{"é", -0.5, {{"é", -0.5}, {"a", -1}}}, {"?", -2, {}}};
  choice.token_ids = {7, 8};
  choice.prompt_ids = {1};
  choice.stop_text = "!";
  answer.choices = {choice};
  answer.usage = {3, 2};
  answer.energy =
      RequestEnergy{.joules = 1.5, .window_s = 0.2, .share = 0.5, .method = "by tokens"};
  return answer;
}

TEST(OpenAiAnswer, WhatIsWrittenIsRead) {
  for (const Endpoint endpoint : {Endpoint::kCompletions, Endpoint::kChat})
    for (const Part part : {Part::kWhole, Part::kChunk}) {
      const std::string text = write_answer(full(endpoint, part));
      const Answer read = read_answer(endpoint, part, text).value();
      EXPECT_EQ(write_answer(read), text);
      EXPECT_EQ(read.choices[0].text, "é?");
      EXPECT_THAT(*read.choices[0].token_ids, ElementsAre(7, 8));
      EXPECT_EQ(read.usage->completion_tokens, 2);
      EXPECT_EQ(read.energy->joules, 1.5);
    }
}

TEST(OpenAiAnswer, OffsetsCountCharacters) {
  const json columns = json::parse(write_answer(full(Endpoint::kCompletions, Part::kWhole)))
                           .at("choices")
                           .at(0)
                           .at("logprobs");
  EXPECT_EQ(columns.at("text_offset"), json::parse("[0,1]"));
  EXPECT_EQ(columns.at("tokens"), json::parse(R"(["é","?"])"));
}

TEST(OpenAiAnswer, AChatsTokensHaveTheirBytes) {
  const json content = json::parse(write_answer(full(Endpoint::kChat, Part::kWhole)))
                           .at("choices")
                           .at(0)
                           .at("logprobs")
                           .at("content");
  EXPECT_EQ(content.at(0).at("bytes"), json::parse("[195,169]"));
  EXPECT_EQ(content.at(0).at("top_logprobs").at(1).at("token"), "a");
}

TEST(OpenAiAnswer, AnEnergyThatWasNotMeasuredIsNotZero) {
  Answer answer = full(Endpoint::kCompletions, Part::kWhole);
  answer.energy = RequestEnergy{.reason = "no sensor"};
  const std::string text = write_answer(answer);
  const json energy = json::parse(text).at("joulemark").at("energy");
  EXPECT_TRUE(energy.at("joules").is_null());
  EXPECT_EQ(energy.at("reason"), "no sensor");
  const Answer read = read_answer(Endpoint::kCompletions, Part::kWhole, text).value();
  EXPECT_FALSE(read.energy->joules);
}

TEST(OpenAiAnswer, TheFirstChunkOfAChatNamesTheRole) {
  const Answer answer{
      .endpoint = Endpoint::kChat, .part = Part::kChunk, .choices = {{.names_role = true}}};
  EXPECT_THAT(write_answer(answer), HasSubstr(R"("delta":{"role":"assistant","content":""})"));
}

TEST(OpenAiAnswer, OtherServersSayLess) {
  const auto read = read_answer(Endpoint::kChat, Part::kChunk,
                                R"({"choices":[{"delta":{},"finish_reason":"length"},7,{}]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->choices.size(), 3u);
  EXPECT_EQ(read->choices[0].finish_reason, "length");
  EXPECT_FALSE(read->usage || read->energy || read->choices[0].token_ids);
}

TEST(OpenAiAnswer, WhatIsNoAnswerIsRefused) {
  for (const char* text : {"", "{}", "[]", R"({"choices":3})", R"({"error":{"message":"x"}})"})
    EXPECT_FALSE(read_answer(Endpoint::kChat, Part::kWhole, text)) << text;
  for (const char* text :
       {R"({"choices":[{"index":1e300,"text":3,"token_ids":[-1],"logprobs":{"tokens":[1]}}]})",
        R"({"choices":[{"index":18446744073709551615}],"usage":{"prompt_tokens":"x"}})",
        R"({"choices":[{"logprobs":{"tokens":["a"],"token_logprobs":[null],"top_logprobs":7}}]})"})
    EXPECT_TRUE(read_answer(Endpoint::kCompletions, Part::kWhole, text)) << text;
}

TEST(OpenAiError, WhatIsWrittenIsRead) {
  const ApiError error{.message = "no", .type = "t", .param = "p", .code = "c"};
  const auto read = read_error(write_error(error));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->message + read->type + read->param + read->code, "notpc");
  EXPECT_EQ(
      write_error({.message = "no"}),
      R"({"error":{"code":null,"message":"no","param":null,"type":"invalid_request_error"}})");
}

TEST(OpenAiError, OtherServersSayItInOtherWays) {
  EXPECT_EQ(read_error(R"({"error":"too much"})")->message, "too much");
  EXPECT_EQ(read_error(R"({"error":{"message":"x","code":404}})")->code, "404");
  EXPECT_FALSE(read_error("{}") || read_error("[1]") || read_error("") ||
               read_error(R"({"error":1})"));
}

}  // namespace
}  // namespace joulemark::api::openai
