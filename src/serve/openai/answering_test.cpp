// SPDX-License-Identifier: Apache-2.0
// How answers of OpenAI's API come: token by token, to their end, with their joules.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "serve/openai/fixture_test.h"

namespace joulemark::serve {
namespace {

using joulemark::testing::end;
using joulemark::testing::NotedAnswer;
using joulemark::testing::say;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(OpenAi, SaysEveryTokenOfAStreamAsItComes) {
  const auto exchange = complete(R"("stream":true)");
  EXPECT_FALSE(exchange->head) << "nothing is said before the first token";
  say(service.jobs[0], ids("é"));
  EXPECT_EQ(exchange->head->content_type, "text/event-stream; charset=utf-8");
  EXPECT_THAT(exchange->body, HasSubstr("é"));
  say(service.jobs[0], ids("!"));
  end(service.jobs[0]);
  EXPECT_TRUE(exchange->is_over);
  std::string all;
  for (const std::string& text : texts_of(*exchange)) all += text;
  EXPECT_EQ(all, "é!");
  EXPECT_EQ(chunks_of(*exchange).back().at("choices").at(0).at("finish_reason"), "length");
}

TEST_F(OpenAi, HalfACharacterIsWithheld) {
  const auto exchange = complete(R"("stream":true)");
  const auto bytes = ids("\U0001F44B");
  ASSERT_GT(bytes.size(), 1u);
  say(service.jobs[0], bytes);
  end(service.jobs[0]);
  auto texts = texts_of(*exchange);
  EXPECT_EQ(texts[bytes.size() - 1], "\U0001F44B");
  EXPECT_EQ(texts[0], "");
}

TEST_F(OpenAi, AStreamsLastChunkHasUsageAndJoules) {
  energy.share = {.measured = true,
                  .joules = 1.5,
                  .window_s = 0.1,
                  .window_joules = 5,
                  .share = 0.5,
                  .method = "m"};
  const auto exchange = complete(
      R"("stream":true,"stream_options":{"include_usage":true},"joulemark":{"energy":true})");
  answer("ab");
  const json last = chunks_of(*exchange).back();
  EXPECT_THAT(last.at("choices"), IsEmpty());
  EXPECT_EQ(last.at("usage").at("completion_tokens"), ids("ab").size());
  EXPECT_EQ(last.at("joulemark").at("energy").at("joules"), 1.5);
  for (const json& chunk : chunks_of(*exchange)) EXPECT_EQ(chunk.contains("usage"), chunk == last);
}

TEST_F(OpenAi, UsageMayComeWithEveryChunk) {
  const auto exchange = complete(
      R"("stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true})");
  answer("ab");
  EXPECT_EQ(chunks_of(*exchange).front().at("usage").at("completion_tokens"), 1);
}

TEST_F(OpenAi, JoulesThatAreNotMeasuredAreNoZero) {
  energy.share = {.reason = "no sensor"};
  const auto exchange = ask({.method = "POST",
                             .path = "/v1/completions",
                             .headers = {{"joulemark-energy", "request"}},
                             .body = R"({"prompt":"x"})"});
  answer("a");
  const json found = json::parse(exchange->body).at("joulemark").at("energy");
  EXPECT_TRUE(found.at("joules").is_null());
  EXPECT_EQ(found.at("reason"), "no sensor");
  EXPECT_FALSE(json::parse(complete(R"("n":1)")->body, nullptr, false).contains("joulemark"));
}

TEST_F(OpenAi, JoulesOfSeveralAnswersAddUp) {
  energy.share = {.measured = true,
                  .joules = 1.5,
                  .window_s = 0.1,
                  .window_joules = 5,
                  .share = 0.3,
                  .method = "m"};
  const auto exchange = complete(R"("n":3,"joulemark":{"energy":true})");
  answer("a");
  const json found = json::parse(exchange->body).at("joulemark").at("energy");
  EXPECT_DOUBLE_EQ(found.at("joules"), 4.5);
  EXPECT_DOUBLE_EQ(found.at("share"), 0.9);
}

TEST_F(OpenAi, ATokenThatEndsTextsIsNoText) {
  const auto exchange = complete(R"("return_token_ids":true)");
  EXPECT_FALSE(say(service.jobs[0], ids("a<|endoftext|>b")));
  end(service.jobs[0]);
  EXPECT_EQ(choice_of(*exchange).at("text"), "a");
  EXPECT_EQ(choice_of(*exchange).at("finish_reason"), "stop");
  EXPECT_TRUE(choice_of(*exchange).at("stop_reason").is_null());
  EXPECT_EQ(choice_of(*exchange).at("token_ids").size(), 2u);
}

TEST_F(OpenAi, IgnoresTheTokenThatEndsTextsWhenAsked) {
  complete(R"("ignore_eos":true,"stop_token_ids":[9])");
  EXPECT_THAT(service.jobs[0].stop_ids, ElementsAre(9));
  const auto second = complete(R"("stop_token_ids":[9])");
  EXPECT_FALSE(say(service.jobs[1], {9}));
  end(service.jobs[1]);
  EXPECT_EQ(choice_of(*second).at("stop_reason"), 9);
}

TEST_F(OpenAi, StopsAtTextsAcrossTokens) {
  const auto exchange = complete(R"("stop":["XY"],"stream":true)");
  EXPECT_FALSE(
      say(service.jobs[0], {ids("a")[0], ids("X")[0], ids("b")[0], ids("X")[0], ids("Y")[0]}));
  end(service.jobs[0]);
  EXPECT_THAT(texts_of(*exchange), ElementsAre("a", "", "Xb", "", "", ""));
  const json last = chunks_of(*exchange).back().at("choices").at(0);
  EXPECT_EQ(last.at("finish_reason"), "stop");
  EXPECT_EQ(last.at("stop_reason"), "XY");
}

TEST_F(OpenAi, TextThatWasWithheldComesAtTheEnd) {
  const auto exchange = complete(R"("stop":"XY")");
  answer("aX");
  EXPECT_EQ(choice_of(*exchange).at("text"), "aX");
}

TEST_F(OpenAi, AChatsStreamBeginsWithTheRole) {
  const auto exchange = chat(R"("stream":true)");
  answer("a");
  const auto chunks = chunks_of(*exchange);
  EXPECT_EQ(chunks.front().at("choices").at(0).at("delta").at("role"), "assistant");
  EXPECT_EQ(chunks.at(1).at("choices").at(0).at("delta").at("content"), "a");
  EXPECT_EQ(chunks.at(1).at("object"), "chat.completion.chunk");
}

TEST_F(OpenAi, AFullQueueIsSaidBeforeTheStreamBegins) {
  service.room = 1;
  service.on_job = [&](TextJob& job) { say(job, ids("early")); };
  const auto exchange = complete(R"("n":2,"stream":true)");
  EXPECT_EQ(exchange->head->status, 429);
  EXPECT_EQ(exchange->head->headers.at(0).name, "Retry-After");
  EXPECT_TRUE(service.jobs[0].sink->is_gone()) << "what was taken of it ends";
  end(service.jobs[0], Ending::kGone);
  EXPECT_EQ(error_of(*exchange).at("code"), "queue_full");
}

TEST_F(OpenAi, TokensFromBeforeTheLastJobWasTakenAreKept) {
  service.on_job = [&](TextJob& job) {
    say(job, ids("a"));
    end(job);
  };
  const auto exchange = complete(R"("n":2,"stream":true)");
  EXPECT_THAT(texts_of(*exchange), ElementsAre("a", "", "a", ""));
  EXPECT_TRUE(exchange->is_over);
}

TEST_F(OpenAi, JobsMayEndWhileOthersAreTaken) {
  std::vector<std::thread> threads;
  service.on_job = [&](TextJob& job) {
    threads.emplace_back([&, copy = job]() mutable {
      say(copy, ids("abc"));
      end(copy);
    });
  };
  const auto exchange = complete(R"("n":16,"stream":true,"joulemark":{"energy":true})");
  for (auto& thread : threads) thread.join();
  std::string all;
  for (const std::string& text : texts_of(*exchange)) all += text;
  EXPECT_EQ(all.size(), 3u * 16u);
  EXPECT_TRUE(exchange->is_over);
}

TEST_F(OpenAi, AFailureInsideOfAStreamIsAnEvent) {
  const auto exchange = complete(R"("stream":true)");
  say(service.jobs[0], ids("a"));
  end(service.jobs[0], Ending::kFailed);
  EXPECT_EQ(exchange->head->status, 200);
  EXPECT_EQ(chunks_of(*exchange).back().at("error").at("message"), "why");
  EXPECT_TRUE(exchange->is_over);
}

TEST_F(OpenAi, AClientThatLeavesEndsItsJobs) {
  const auto exchange = complete(R"("stream":true)");
  EXPECT_FALSE(service.jobs[0].sink->is_gone());
  exchange->gone = true;
  EXPECT_TRUE(service.jobs[0].sink->is_gone());
}

}  // namespace
}  // namespace joulemark::serve
