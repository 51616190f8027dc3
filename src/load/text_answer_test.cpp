// SPDX-License-Identifier: Apache-2.0
// Answers of OpenAI-compatible servers, and of others that claim to be.
#include "load/text_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::load {
namespace {

using api::openai::Endpoint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Record finished(Reading& reading) {
  Record record;
  record.outcome = Outcome::kGood;
  reading.finish(record);
  return record;
}

std::string token(const std::string& text) {
  return R"(data: {"choices":[{"index":0,"text":")" + text + "\"}]}\n\n";
}
std::string usage(int prompt, int fresh) {
  return R"(data: {"choices":[],"usage":{"prompt_tokens":)" + std::to_string(prompt) +
         R"(,"completion_tokens":)" + std::to_string(fresh) + "}}\n\n";
}
const std::string kDone = "data: [DONE]\n\n";

TEST(TextAnswer, TimesAreThoseOfEventsThatBringTokens) {
  const auto reading = read_streamed_text(Endpoint::kCompletions, {.prompt = 5, .fresh = 3});
  reading->part(token(""), 10);
  reading->part(token("a"), 20);
  reading->part(token("b") + token("c"), 50);
  reading->part(usage(5, 3), 60);
  reading->part(kDone, 70);
  const Record record = finished(*reading);
  EXPECT_EQ(record.first, 20);
  EXPECT_EQ(record.last, 50);
  EXPECT_THAT(record.gaps, ElementsAre(30, 0));
  EXPECT_EQ(record.new_tokens, 3);
  EXPECT_EQ(record.prompt_tokens, 5);
  EXPECT_EQ(record.work, Work::kAsAsked);
  EXPECT_TRUE(record.is_good());
}

TEST(TextAnswer, AnyCutOfAStreamIsTheSame) {
  const std::string all = token("a") + token("b") + usage(1, 2) + kDone;
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    const auto reading = read_streamed_text(Endpoint::kCompletions, {.prompt = 1, .fresh = 2});
    reading->part(all.substr(0, cut), 1);
    reading->part(all.substr(cut), 2);
    const Record record = finished(*reading);
    EXPECT_EQ(record.work, Work::kAsAsked) << cut;
    EXPECT_EQ(record.gaps.size(), 1U) << cut;
  }
}

TEST(TextAnswer, AChatHasItsTextInTheDelta) {
  const auto reading = read_streamed_text(Endpoint::kChat, {});
  reading->part("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
                1);
  reading->part("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", 2);
  reading->part(kDone, 3);
  EXPECT_EQ(finished(*reading).first, 2);
}

TEST(TextAnswer, WhatAChatThinksIsOutputAsWell) {
  const auto delta = [](const std::string& members) {
    return "data: {\"choices\":[{\"delta\":{" + members + "}}]}\n\n";
  };
  for (const std::string name : {"reasoning_content", "reasoning"}) {
    const auto reading = read_streamed_text(Endpoint::kChat, {.prompt = {}, .fresh = 3});
    reading->part(delta(R"("role":"assistant","content":"")"), 1);
    reading->part(delta("\"content\":null,\"" + name + "\":\"so\""), 2);
    reading->part(delta('"' + name + R"(":" it is")"), 4);
    reading->part(delta(R"("content":"yes")"), 7);
    reading->part(kDone, 8);
    const Record record = finished(*reading);
    EXPECT_EQ(record.first, 2) << name;
    EXPECT_THAT(record.gaps, ElementsAre(2, 3)) << name;
    EXPECT_EQ(record.new_tokens, 3) << name;
    EXPECT_EQ(record.work, Work::kAsAsked) << name;
  }
}

TEST(TextAnswer, ThoughtsThatComeUnderTwoNamesAreOnePart) {
  const auto reading = read_streamed_text(Endpoint::kChat, {});
  reading->part(R"(data: {"choices":[{"delta":{"reasoning":"so","reasoning_content":"so"}}]})"
                "\n\n",
                1);
  reading->part(kDone, 2);
  EXPECT_EQ(finished(*reading).new_tokens, 1);
}

TEST(TextAnswer, WithoutACountOfTheServerPartsAreCounted) {
  const auto reading = read_streamed_text(Endpoint::kCompletions, {.prompt = {}, .fresh = 2});
  reading->part(token("a") + token("b") + kDone, 1);
  const Record record = finished(*reading);
  EXPECT_EQ(record.new_tokens, 2);
  EXPECT_EQ(record.work, Work::kAsAsked);
}

TEST(TextAnswer, FewerPartsWithoutACountAreMaybeMerged) {
  const auto reading = read_streamed_text(Endpoint::kCompletions, {.prompt = {}, .fresh = 3});
  reading->part(token("a") + token("b") + kDone, 1);
  EXPECT_EQ(finished(*reading).work, Work::kUnknown);
}

TEST(TextAnswer, EveryDifferenceIsNamed) {
  const struct {
    std::string stream, difference;
  } cases[] = {{token("a") + usage(4, 7), "8 new tokens were asked for, the server counts 7"},
               {R"(data: {"choices":[{"text":"a","token_ids":[1,2,3]}]})"
                "\n\n" +
                    usage(4, 8),
                "the server counts 8 new tokens and sends 3 ids"},
               {token("a") + usage(5, 8), "a prompt of 4 tokens was sent, the server counts 5"}};
  for (const auto& each : cases) {
    const auto reading = read_streamed_text(Endpoint::kCompletions, {.prompt = 4, .fresh = 8});
    reading->part(each.stream + kDone, 1);
    const Record record = finished(*reading);
    EXPECT_EQ(record.work, Work::kUnequal);
    EXPECT_EQ(record.message, each.difference);
    EXPECT_TRUE(record.is_good());
  }
}

TEST(TextAnswer, StreamsThatGoWrongAreBadAnswers) {
  const std::pair<std::string, std::string> cases[] = {
      {token("a"), "ended before"},
      {token("a") + "data: {\"error\":{\"message\":\"no memory\"}}\n\n" + kDone, "no memory"},
      {"data: <html>\n\n" + kDone, "JSON"}};
  for (const auto& [stream, message] : cases) {
    const auto reading = read_streamed_text(Endpoint::kCompletions, {});
    reading->part(stream, 1);
    const Record record = finished(*reading);
    EXPECT_EQ(record.outcome, Outcome::kBadAnswer) << stream;
    EXPECT_THAT(record.message, HasSubstr(message));
  }
}

TEST(TextAnswer, AWholeTextTellsItsCountsAndItsEnergy) {
  const auto reading = read_whole_text(Endpoint::kCompletions, {.prompt = 2, .fresh = 3});
  reading->part(R"({"choices":[{"text":"abc","finish_reason":"length"}],"usage":{"prompt_)", 1);
  reading->part(R"(tokens":2,"completion_tokens":3},"joulemark":{"energy":{"joules":0.5,)", 2);
  reading->part(R"("method":"by tokens"}}})", 3);
  const Record record = finished(*reading);
  EXPECT_EQ(record.work, Work::kAsAsked);
  ASSERT_TRUE(record.energy);
  EXPECT_TRUE(record.energy->measured);
  EXPECT_EQ(record.energy->joules, 0.5);
  EXPECT_EQ(record.energy->text, "by tokens");
}

TEST(TextAnswer, AWholeAnswerThatIsNoneIsBad) {
  for (const char* text : {"", "[]", "{}", "null", R"({"choices":7})", R"({"error":"no"})"}) {
    const auto reading = read_whole_text(Endpoint::kChat, {});
    reading->part(text, 1);
    EXPECT_EQ(finished(*reading).outcome, Outcome::kBadAnswer) << text;
  }
}

}  // namespace
}  // namespace joulemark::load
