// SPDX-License-Identifier: Apache-2.0
// What is asked of OpenAI's API, and how it is refused.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

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

TEST_F(OpenAi, NamesTheModel) {
  const json list = json::parse(get("/v1/models")->body);
  EXPECT_EQ(list.at("data").at(0).at("id"), "m");
  EXPECT_EQ(list.at("data").at(0).at("max_model_len"), 64);
  EXPECT_EQ(get("/v1/models/m")->head->status, 200);
  EXPECT_EQ(get("/v1/models/x")->head->status, 404);
  const auto other = complete(R"("model":"x")");
  EXPECT_EQ(other->head->status, 404);
  EXPECT_EQ(error_of(*other).at("code"), "model_not_found");
}

TEST_F(OpenAi, AnswersAPromptWhole) {
  const auto exchange = complete(R"("model":"m","max_tokens":5,"return_token_ids":true)");
  ASSERT_EQ(service.jobs.size(), 1u);
  EXPECT_EQ(service.jobs[0].prompt, ids("Hi"));
  EXPECT_EQ(service.jobs[0].max_new_tokens, 5);
  EXPECT_EQ(service.jobs[0].stop_ids, ids("<|endoftext|>"));
  answer("Zoë!");
  const json body = json::parse(exchange->body);
  EXPECT_EQ(body.at("object"), "text_completion");
  EXPECT_EQ(choice_of(*exchange).at("text"), "Zoë!");
  EXPECT_EQ(choice_of(*exchange).at("finish_reason"), "length");
  EXPECT_EQ(choice_of(*exchange).at("token_ids"), ids("Zoë!"));
  EXPECT_EQ(choice_of(*exchange).at("prompt_token_ids"), ids("Hi"));
  EXPECT_EQ(body.at("usage").at("prompt_tokens"), ids("Hi").size());
  EXPECT_EQ(body.at("usage").at("completion_tokens"), ids("Zoë!").size());
}

TEST_F(OpenAi, EveryPromptHasItsAnswers) {
  const auto exchange = ask({.method = "POST",
                             .path = "/v1/completions",
                             .body = R"({"prompt":[[1,2],[3]],"n":2,"seed":5,"echo":true})"});
  ASSERT_EQ(service.jobs.size(), 4u);
  EXPECT_THAT(service.jobs[1].prompt, ElementsAre(1, 2));
  EXPECT_THAT(service.jobs[2].prompt, ElementsAre(3));
  EXPECT_EQ(service.jobs[0].sampling.seed, 5u);
  EXPECT_NE(service.jobs[1].sampling.seed, 5u);
  EXPECT_EQ(service.jobs[2].sampling.seed, 5u);
  answer("z");
  const std::int32_t prompt[] = {1, 2};
  const auto text = tools.tokenizer->decode(prompt, tokenizer::SpecialTokens::kWithout).value();
  EXPECT_EQ(choice_of(*exchange, 1).at("text"), text + "z");
  EXPECT_EQ(choice_of(*exchange, 3).at("index"), 3);
}

TEST_F(OpenAi, WithoutASeedEqualRequestsDiffer) {
  const auto routes = openai_routes(context, side, tools);
  const http::Router router(routes, {});
  for (int i = 0; i < 2; ++i)
    router.handle(std::make_shared<NotedAnswer>(
        http::Request{.method = "POST", .path = "/v1/completions", .body = R"({"prompt":"x"})"}));
  EXPECT_NE(service.jobs[0].sampling.seed, service.jobs[1].sampling.seed);
}

TEST_F(OpenAi, TellsProbabilities) {
  const auto exchange = complete(R"("logprobs":1)");
  EXPECT_EQ(service.jobs[0].likeliest, 1);
  const std::int32_t id = ids("a")[0];
  const TokenProbability likely[] = {{ids("b")[0], -0.5}};
  service.jobs[0].sink->take({.id = id, .at = 1, .log_probability = -1.5, .likeliest = likely});
  end(service.jobs[0]);
  const json logprobs = choice_of(*exchange).at("logprobs");
  EXPECT_EQ(logprobs.at("tokens").at(0), "a");
  EXPECT_EQ(logprobs.at("token_logprobs").at(0), -1.5);
  EXPECT_EQ(logprobs.at("top_logprobs").at(0).at("b"), -0.5);
}

TEST_F(OpenAi, AChatIsRenderedByItsTemplate) {
  const auto exchange = chat(R"("max_completion_tokens":3)");
  EXPECT_EQ(service.jobs[0].prompt, ids("user:Hi;"));
  EXPECT_EQ(service.jobs[0].max_new_tokens, 3);
  answer("Yes");
  EXPECT_EQ(choice_of(*exchange).at("message").at("content"), "Yes");
  EXPECT_EQ(choice_of(*exchange).at("message").at("role"), "assistant");
}

TEST_F(OpenAi, AChatWithoutALimitHasTheRoomThatIsLeft) {
  chat(R"("n":1)");
  EXPECT_EQ(service.jobs[0].max_new_tokens, 64 - static_cast<std::int32_t>(ids("user:Hi;").size()));
}

TEST_F(OpenAi, WhatATemplateRefusesIsSaidInItsWords) {
  const auto exchange = ask({.method = "POST",
                             .path = "/v1/chat/completions",
                             .body = R"({"messages":[{"role":"no","content":"x"}]})"});
  EXPECT_EQ(exchange->head->status, 400);
  EXPECT_THAT(error_of(*exchange).at("message").get<std::string>(), HasSubstr("bad role"));
}

TEST_F(OpenAi, WithoutATemplateThereIsNoChat) {
  tools.chat_template.reset();
  const auto exchange = chat(R"("n":1)");
  EXPECT_EQ(exchange->head->status, 400);
  EXPECT_THAT(error_of(*exchange).at("message").get<std::string>(), HasSubstr("--chat-template"));
}

TEST_F(OpenAi, WithoutATokenizerEverythingIsIds) {
  tools = {};
  const auto ids_only = [&](const std::string& fields) {
    return ask({.method = "POST", .path = "/v1/completions", .body = "{" + fields + "}"});
  };
  EXPECT_THAT(error_of(*ids_only(R"("prompt":"x")")).at("message").get<std::string>(),
              HasSubstr("token ids"));
  EXPECT_EQ(error_of(*ids_only(R"("prompt":[1])")).at("param"), "return_token_ids");
  EXPECT_EQ(error_of(*ids_only(R"("prompt":[1],"return_token_ids":true,"stop":"x")")).at("param"),
            "stop");
  EXPECT_EQ(chat(R"("n":1)")->head->status, 400);
  const auto exchange = ids_only(R"("prompt":[1],"return_token_ids":true)");
  say(service.jobs[0], {5, 6});
  end(service.jobs[0]);
  EXPECT_EQ(choice_of(*exchange).at("token_ids"), json::parse("[5,6]"));
  EXPECT_EQ(choice_of(*exchange).at("text"), "");
}

TEST_F(OpenAi, WhatTheModelHasNoRoomForIsRefused) {
  const auto exchange = complete(R"("max_tokens":64)");
  EXPECT_EQ(exchange->head->status, 400);
  EXPECT_EQ(error_of(*exchange).at("code"), "context_length_exceeded");
  const auto beyond =
      ask({.method = "POST", .path = "/v1/completions", .body = R"({"prompt":[420]})"});
  EXPECT_THAT(error_of(*beyond).at("message").get<std::string>(), HasSubstr("420"));
  EXPECT_EQ(
      ask({.method = "POST", .path = "/v1/completions", .body = R"({"prompt":""})"})->head->status,
      400);
  EXPECT_THAT(service.jobs, IsEmpty());
}

TEST_F(OpenAi, FailuresHaveTheirStatus) {
  const std::pair<Ending, int> all[] = {{Ending::kExpired, 504},
                                        {Ending::kDraining, 503},
                                        {Ending::kUnfit, 400},
                                        {Ending::kFailed, 500}};
  for (const auto& [ending, status] : all)
    for (const char* stream : {"true", "false"}) {
      service.jobs.clear();
      const auto exchange = complete(fmt::format(R"("stream":{})", stream));
      end(service.jobs[0], ending);
      EXPECT_EQ(exchange->head->status, status);
      EXPECT_TRUE(exchange->is_over);
    }
  service.room = 0;
  service.refusal = Admission::kDraining;
  EXPECT_EQ(complete(R"("n":1)")->head->status, 503);
}

TEST_F(OpenAi, ATimeLimitBeginsWithTheRequest) {
  complete(R"("n":1)");
  EXPECT_EQ(service.jobs[0].timing.deadline, 0);
  const ApiContext limited{service, energy, metrics, kNanosecondsPerSecond};
  const http::Router router(openai_routes(limited, side, tools), {});
  router.handle(std::make_shared<NotedAnswer>(
      http::Request{.method = "POST", .path = "/v1/completions", .body = R"({"prompt":"x"})"}));
  const Timing& timing = service.jobs[1].timing;
  EXPECT_EQ(timing.deadline - timing.arrived, kNanosecondsPerSecond);
}

TEST_F(OpenAi, CountsARequestBeforeItsClientHasTheWholeAnswer) {
  int answered = 0;
  for (const char* fields : {R"("max_tokens":4)", R"("max_tokens":4,"stream":true)"}) {
    service.jobs.clear();
    std::string at_end;
    complete(fields)->on_over = [&] { at_end = metrics.render(); };
    answer(" world");
    EXPECT_THAT(at_end, HasSubstr(fmt::format(R"(status="200"}} {})", ++answered)));
  }
}

TEST_F(OpenAi, CountsRequestsAndTokens) {
  metrics.describe(service.model());
  complete(R"("n":1)");
  answer("abc");
  complete(R"("n":0)");
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("/v1/completions"));
  EXPECT_THAT(text, HasSubstr("\"400\""));
  EXPECT_THAT(text, HasSubstr("\"200\""));
}

TEST_F(OpenAi, AModelOfTensorsHasNoTexts) {
  service.model_.vocabulary.reset();
  EXPECT_THAT(error_of(*complete(R"("n":1)")).at("message").get<std::string>(),
              HasSubstr("/v2/models/m/infer"));
}

TEST_F(OpenAi, LargeBodiesAreReadBesideTheServersThread) {
  const auto exchange = complete(fmt::format(R"("user":"{}")", std::string(20'000, 'x')));
  side.close();  // does what it has
  ASSERT_EQ(service.jobs.size(), 1u);
  answer("a");
  EXPECT_EQ(choice_of(*exchange).at("text"), "a");
}

TEST_F(OpenAi, CompressedBodiesAreRefused) {
  EXPECT_EQ(ask({.method = "POST",
                 .path = "/v1/completions",
                 .headers = {{"content-encoding", "gzip"}},
                 .body = "x"})
                ->head->status,
            415);
}

}  // namespace
}  // namespace joulemark::serve
