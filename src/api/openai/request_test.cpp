// SPDX-License-Identifier: Apache-2.0
#include "api/openai/request.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace joulemark::api::openai {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ids = std::vector<std::int32_t>;

TextRequest completion(const std::string& fields) {
  auto request = read_request(Endpoint::kCompletions, R"({"prompt":"x")" + fields + "}");
  if (!request) throw std::runtime_error(request.error().message);
  return *request;
}

TextRequest chat(const std::string& messages, const std::string& fields = "") {
  auto request = read_request(Endpoint::kChat, R"({"messages":)" + messages + fields + "}");
  if (!request) throw std::runtime_error(request.error().message);
  return *request;
}

/// "param: message", or "" where nothing is wrong.
std::string complaint(Endpoint endpoint, const std::string& body) {
  const auto request = read_request(endpoint, body);
  return request ? "" : request.error().param + ": " + request.error().message;
}

std::string completion_complaint(const std::string& fields) {
  return complaint(Endpoint::kCompletions, R"({"prompt":"x",)" + fields + "}");
}

std::string chat_complaint(const std::string& messages) {
  return complaint(Endpoint::kChat, R"({"messages":)" + messages + "}");
}

TEST(OpenAiRequest, PromptsAreTextsOrIds) {
  const auto prompts = [](const char* value) {
    return read_request(Endpoint::kCompletions, fmt::format(R"({{"prompt":{}}})", value))
        .value()
        .prompts;
  };
  EXPECT_THAT(prompts(R"("ab")"), ElementsAre(Prompt("ab")));
  EXPECT_THAT(prompts(R"(["a","b"])"), ElementsAre(Prompt("a"), Prompt("b")));
  EXPECT_THAT(prompts("[1,2]"), ElementsAre(Prompt(Ids{1, 2})));
  EXPECT_THAT(prompts("[[1,2],[3]]"), ElementsAre(Prompt(Ids{1, 2}), Prompt(Ids{3})));
}

TEST(OpenAiRequest, OtherPromptsAreRefused) {
  for (const char* value : {"[]", "[[]]", "[1,\"a\"]", "[[1],\"a\"]", "3", "{}", "[1.5]", "[-1]",
                            "[4294967296]", "[18446744073709551615]", "[true]"})
    EXPECT_THAT(complaint(Endpoint::kCompletions, fmt::format(R"({{"prompt":{}}})", value)),
                HasSubstr("prompt: "))
        << value;
  EXPECT_THAT(complaint(Endpoint::kCompletions, "{}"), HasSubstr("prompt: 'prompt' is missing"));
}

TEST(OpenAiRequest, DefaultsAreTheApis) {
  const TextRequest request = completion("");
  EXPECT_EQ(request.temperature, 1);
  EXPECT_EQ(request.n, 1);
  EXPECT_FALSE(request.max_tokens || request.seed || request.logprobs || request.stream);
}

TEST(OpenAiRequest, ReadsHowTokensAreChosen) {
  const TextRequest request = completion(
      R"(,"temperature":0.5,"top_p":0.9,"top_k":-1,"min_p":0.1,"presence_penalty":1,)"
      R"("frequency_penalty":-1,"repetition_penalty":1.1,"seed":-7,"n":3,"max_tokens":9,)"
      R"("stop":["a","b"],"stop_token_ids":[5],"ignore_eos":true,"logprobs":0)");
  EXPECT_EQ(request.temperature, 0.5);
  EXPECT_EQ(request.top_p, 0.9);
  EXPECT_EQ(request.top_k, 0);
  EXPECT_EQ(request.min_p, 0.1);
  EXPECT_EQ(request.presence_penalty, 1);
  EXPECT_EQ(request.frequency_penalty, -1);
  EXPECT_EQ(request.repetition_penalty, 1.1);
  EXPECT_EQ(request.seed, -7);
  EXPECT_EQ(request.n, 3);
  EXPECT_EQ(request.max_tokens, 9);
  EXPECT_THAT(request.stop, ElementsAre("a", "b"));
  EXPECT_THAT(request.stop_token_ids, ElementsAre(5));
  EXPECT_TRUE(request.ignore_eos);
  EXPECT_EQ(request.logprobs, 0);
}

TEST(OpenAiRequest, ValuesOutOfRangeNameTheirField) {
  for (const char* field : {R"("temperature":2.1)",
                            R"("temperature":"1")",
                            R"("top_p":0)",
                            R"("top_k":-2)",
                            R"("min_p":1.1)",
                            R"("n":0)",
                            R"("n":1e3)",
                            R"("n":129)",
                            R"("max_tokens":0)",
                            R"("max_tokens":1.5)",
                            R"("seed":9223372036854775808)",
                            R"("stop":"")",
                            R"("stop":["a","b","c","d","e"])",
                            R"("stop":[1])",
                            R"("stream":1)",
                            R"("logprobs":21)",
                            R"("logprobs":true)",
                            R"("presence_penalty":3)",
                            R"("repetition_penalty":0)",
                            R"("stop_token_ids":5)",
                            R"("joulemark":{"energie":true})",
                            R"("stream_options":[])"}) {
    const std::string name(field + 1, std::string(field).find('"', 1) - 1);
    EXPECT_THAT(completion_complaint(field), HasSubstr(name + ": ")) << field;
  }
  EXPECT_THAT(completion_complaint(R"("max_tokens":3,"max_completion_tokens":4)"),
              HasSubstr("differ"));
  EXPECT_EQ(completion_complaint(R"("max_tokens":4,"max_completion_tokens":4)"), "");
}

TEST(OpenAiRequest, NullIsAbsent) {
  EXPECT_EQ(completion_complaint(R"("stop":null,"max_tokens":null,"tools":null,"nonsense":null)"),
            "");
}

TEST(OpenAiRequest, WhatIsNotSupportedIsRefusedByName) {
  for (const char* field : {"best_of", "suffix", "logit_bias", "tools", "response_format",
                            "guided_json", "min_tokens", "nonsense"})
    EXPECT_THAT(completion_complaint(fmt::format(R"("{}":["x"])", field)),
                HasSubstr(std::string(field) + ": "));
  EXPECT_THAT(completion_complaint(R"("messages":[])"), HasSubstr("there is no field 'messages'"));
  EXPECT_THAT(completion_complaint(R"("stream_options":{"x":1})"), HasSubstr("'x'"));
}

TEST(OpenAiRequest, ValuesThatChangeNothingAreTaken) {
  EXPECT_EQ(
      completion_complaint(
          R"("best_of":1,"suffix":"","logit_bias":{},"tools":[],"tool_choice":"none",)"
          R"("response_format":{"type":"text"},"user":"me","metadata":{"a":"b"},"store":true)"),
      "");
}

TEST(OpenAiRequest, ABodyThatIsNoObjectIsRefused) {
  for (const char* body : {"", "[]", "{", "nul", "\"x\"", "{\"prompt\":\"\xFF\"}"})
    EXPECT_THAT(complaint(Endpoint::kCompletions, body), HasSubstr("no JSON object"));
  EXPECT_THAT(complaint(Endpoint::kCompletions, std::string(100'000, '[')),
              HasSubstr("no JSON object"));
}

TEST(OpenAiRequest, MessagesKeepWhatTemplatesSee) {
  EXPECT_EQ(chat(R"([{"content":"hi","name":"Z","role":"user"}])").messages_json,
            R"([{"role":"user","content":"hi","name":"Z"}])");
  EXPECT_EQ(chat(R"([{"role":"user","content":[{"type":"text","text":"a"},)"
                 R"({"type":"text","text":"b"}],"name":null}])")
                .messages_json,
            R"([{"role":"user","content":"a\nb"}])");
}

TEST(OpenAiRequest, OtherMessagesAreRefusedByName) {
  EXPECT_THAT(chat_complaint("[]"), HasSubstr("messages: "));
  EXPECT_THAT(chat_complaint(R"(["x"])"), HasSubstr("'role'"));
  EXPECT_THAT(chat_complaint(R"([{"role":"user"}])"), HasSubstr("'content'"));
  EXPECT_THAT(chat_complaint(R"([{"role":"user","content":"x","tool_calls":[]}])"),
              HasSubstr("'tool_calls'"));
  EXPECT_THAT(chat_complaint(R"([{"role":"user","content":[{"type":"image_url"}]}])"),
              HasSubstr("'image_url'"));
  EXPECT_THAT(chat_complaint(R"([{"role":"user","content":[7]}])"), HasSubstr("'?'"));
}

TEST(OpenAiRequest, ChatSaysApartHowManyLogprobs) {
  const std::string messages = R"([{"role":"user","content":"x"}])";
  EXPECT_EQ(chat(messages, R"(,"logprobs":true,"top_logprobs":3)").logprobs, 3);
  EXPECT_EQ(chat(messages, R"(,"logprobs":true)").logprobs, 0);
  EXPECT_FALSE(chat(messages, R"(,"logprobs":false)").logprobs);
  EXPECT_THAT(complaint(Endpoint::kChat, R"({"messages":)" + messages + R"(,"top_logprobs":3})"),
              HasSubstr("'logprobs': true"));
}

TEST(OpenAiRequest, FieldsThatNeedOthersSaySo) {
  EXPECT_THAT(completion_complaint(R"("stream_options":{"include_usage":true})"),
              HasSubstr("'stream': true"));
  EXPECT_THAT(completion_complaint(R"("echo":true,"logprobs":1)"), HasSubstr("'echo'"));
  EXPECT_THAT(complaint(Endpoint::kCompletions, R"({"prompt":["a","b"],"n":65})"),
              HasSubstr("at most 128"));
}

TEST(OpenAiRequest, WhatIsWrittenIsRead) {
  TextRequest request{.model = "m", .prompts = {Ids{1, 2}, Ids{3}}, .max_tokens = 7, .n = 2};
  request.temperature = 0;
  request.top_k = 5;
  request.seed = 9;
  request.stop = {"x"};
  request.stop_token_ids = {4};
  request.ignore_eos = request.stream = request.include_usage = true;
  request.return_token_ids = request.energy = true;
  request.logprobs = 2;
  const std::string once = write_request(request);
  const auto read = read_request(Endpoint::kCompletions, once);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(write_request(*read), once);
  EXPECT_EQ(read->prompts, request.prompts);
  EXPECT_TRUE(read->include_usage && read->energy && read->return_token_ids && read->ignore_eos);
}

TEST(OpenAiRequest, WhatIsWrittenOfAChatIsRead) {
  const TextRequest request = chat(R"([{"role":"user","content":"é"}])",
                                   R"(,"logprobs":true,"top_logprobs":2,"stream":true)");
  const auto read = read_request(Endpoint::kChat, write_request(request));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->messages_json, request.messages_json);
  EXPECT_EQ(read->logprobs, 2);
}

}  // namespace
}  // namespace joulemark::api::openai
