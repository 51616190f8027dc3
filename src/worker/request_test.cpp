// SPDX-License-Identifier: Apache-2.0
// Request lines, good and bad.
#include "worker/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error(std::string_view line) {
  const auto request = parse_request(line);
  EXPECT_FALSE(request) << line;
  if (request) return "";
  EXPECT_EQ(request.error().status, JM_INVALID_ARGUMENT);
  return request.error().message;
}

TEST(Request, EveryTypeIsRead) {
  const auto open = parse_request(
      R"({"type":"open","plugin":"/p.so","library_dir":"/lib","provider":"cpu","threads":2,"affinity":[1,0],"options":{"spin":"off"},"future":[1]})");
  ASSERT_TRUE(open);
  const auto& typed = std::get<OpenRequest>(*open);
  EXPECT_EQ(typed.plugin, "/p.so");
  EXPECT_EQ(typed.threads, 2);
  EXPECT_THAT(typed.affinity, ElementsAre(1, 0));
  EXPECT_EQ(typed.options.at("spin"), "off");

  const auto inputs = parse_request(
      R"({"type":"inputs","source":"x.npz","seed":18446744073709551615,"batch":8,"shapes":{"a":[8,-1]}})");
  ASSERT_TRUE(inputs);
  EXPECT_EQ(std::get<InputsRequest>(*inputs).from.seed, 18446744073709551615u);
  EXPECT_THAT(std::get<InputsRequest>(*inputs).from.shapes.at("a"), ElementsAre(8, -1));

  const auto answer = parse_request(R"({"type":"answer","directory":null,"reference":"/r"})");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(std::get<AnswerRequest>(*answer).directory);
  EXPECT_EQ(std::get<AnswerRequest>(*answer).reference, "/r");

  EXPECT_TRUE(parse_request(R"({"type":"hello","protocol":1})"));
  EXPECT_TRUE(parse_request(R"({"type":"load","model":"m.onnx"})"));
  EXPECT_TRUE(parse_request(R"({"type":"warmup","min_ns":1,"max_ns":2,"min_iterations":3})"));
  EXPECT_TRUE(parse_request(R"({"type":"go","min_ns":1,"min_iterations":3})"));
  EXPECT_TRUE(parse_request(R"({"type":"durations"})"));
  EXPECT_TRUE(parse_request(R"({"type":"check","case":"/c","rtol":1e-3})"));
  EXPECT_TRUE(parse_request(R"({"type":"quit"})"));
}

TEST(Request, NonsenseSaysWhatIsWrong) {
  EXPECT_THAT(error(""), HasSubstr("one JSON object"));
  EXPECT_THAT(error("[]"), HasSubstr("one JSON object"));
  EXPECT_THAT(error("{"), HasSubstr("one JSON object"));
  EXPECT_THAT(error("{}"), HasSubstr("key 'type' must be given"));
  EXPECT_THAT(error(R"({"type":"dance"})"), HasSubstr("type 'dance' is unknown"));
  EXPECT_THAT(error(R"({"type":"load"})"), HasSubstr("'model'"));
  EXPECT_THAT(error(R"({"type":"load","model":3})"), HasSubstr("'model' must be a string"));
  EXPECT_THAT(error(R"({"type":"load","model":"a\u0000b"})"), HasSubstr("without NUL"));
  EXPECT_THAT(error(R"({"type":"go","min_ns":-1})"), HasSubstr("'min_ns' must be at least 0"));
  EXPECT_THAT(error(R"({"type":"go","min_ns":1.5})"), HasSubstr("an integer"));
  EXPECT_THAT(error(R"({"type":"go","min_ns":18446744073709551615})"), HasSubstr("smaller"));
  EXPECT_THAT(error(R"({"type":"open","plugin":"p","affinity":[-1]})"), HasSubstr("list of CPUs"));
  EXPECT_THAT(error(R"({"type":"open","plugin":"p","threads":0})"), HasSubstr("at least 1"));
  EXPECT_THAT(error(R"({"type":"open","plugin":"p","options":{"a":1}})"), HasSubstr("strings"));
  EXPECT_THAT(error(R"({"type":"check","case":"c","rtol":-1})"), HasSubstr("'rtol'"));
  EXPECT_THAT(error(std::string(1000, '[')), HasSubstr("one JSON object"));
}

}  // namespace
}  // namespace joulemark::worker
