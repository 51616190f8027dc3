// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/config_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/testing/scratch_folder.h"

namespace joulemark::checkpoint {
namespace {

using joulemark::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ConfigJson config_of(const std::string& text) {
  auto config = ConfigJson::parse(text, "config.json");
  EXPECT_TRUE(config) << config.error().message;
  return *config;
}

std::string problem(const ConfigJson& config) {
  const auto status = config.status();
  return status ? "" : status.error().message;
}

std::string why_not(const std::string& text) {
  const auto config = ConfigJson::parse(text, "config.json");
  return config ? "it was read" : config.error().message;
}

TEST(ConfigJson, ValuesComeWithTheirDefaults) {
  const ConfigJson config =
      config_of(R"({"n":3,"x":0.5,"whole":2,"on":true,"word":"a","list":[1,2.5],"words":["b"]})");
  EXPECT_EQ(config.count({"n"}, 7), 3);
  EXPECT_EQ(config.count({"absent"}, 7), 7);
  EXPECT_EQ(config.count({"absent", "n"}, 7), 3);
  EXPECT_EQ(config.number({"x"}, 1), 0.5);
  EXPECT_EQ(config.number({"whole"}, 1), 2);
  EXPECT_EQ(config.positive("x", 1), 0.5);
  EXPECT_EQ(config.positive("absent", 1), 1);
  EXPECT_TRUE(config.flag("on", false));
  EXPECT_TRUE(config.flag("absent", true));
  EXPECT_EQ(config.text({"word"}, "z"), "a");
  EXPECT_THAT(config.numbers("list"), ElementsAre(1, 2.5));
  EXPECT_THAT(config.texts("words"), ElementsAre("b"));
  EXPECT_EQ(problem(config), "");
}

TEST(ConfigJson, TheFirstOfSeveralNamesWins) {
  const ConfigJson config = config_of(R"({"new":1,"old":2,"none":null})");
  EXPECT_EQ(config.count({"old", "new"}, 9), 2);
  EXPECT_EQ(config.count({"none", "new"}, 9), 1);
  EXPECT_EQ(problem(config), "");
}

TEST(ConfigJson, NullIsAbsentWhereThatHasAMeaning) {
  const ConfigJson config = config_of(R"({"n":null,"x":null})");
  EXPECT_FALSE(config.has("n"));
  EXPECT_TRUE(config.is_null("n"));
  EXPECT_FALSE(config.is_null("absent"));
  EXPECT_FALSE(config.count({"n"}).has_value());
  EXPECT_EQ(config.number({"x"}, 4), 4);
  EXPECT_EQ(problem(config), "");
}

TEST(ConfigJson, NullIsWrongWhereItHasNone) {
  const char* text = R"({"n":null})";
  const auto after = [&](const auto& read) {
    const ConfigJson config = config_of(text);
    read(config);
    return problem(config);
  };
  EXPECT_THAT(after([](const auto& c) { (void)c.count({"n"}, 1); }),
              HasSubstr("'n' must be a whole"));
  EXPECT_THAT(after([](const auto& c) { (void)c.positive("n", 1); }),
              HasSubstr("'n' must be a number"));
  EXPECT_THAT(after([](const auto& c) { (void)c.flag("n", true); }),
              HasSubstr("true or false, not null"));
}

TEST(ConfigJson, CountsAreWholeAndBounded) {
  for (const char* value : {"0", "-1", "1.5", "\"8\"", "16777217", "18446744073709551615",
                            "9223372036854775808", "1e30", "[]", "true"}) {
    const ConfigJson config = config_of("{\"n\":" + std::string(value) + "}");
    EXPECT_EQ(config.count({"n"}, 7), 1) << value;
    EXPECT_THAT(problem(config), HasSubstr("'n' must be a whole number from 1 to 16777216"))
        << value;
  }
  EXPECT_EQ(config_of("{\"n\":16777216}").count({"n"}, 7), 16777216);
}

TEST(ConfigJson, NumbersThatMustBePositiveAre) {
  for (const char* value : {"0", "-1e-6", "\"1\"", "false"}) {
    const ConfigJson config = config_of("{\"x\":" + std::string(value) + "}");
    (void)config.positive("x", 1);
    EXPECT_THAT(problem(config), HasSubstr("'x' must be")) << value;
  }
  const ConfigJson config = config_of("{}");
  (void)config.positive("x");
  EXPECT_THAT(problem(config), HasSubstr("'x' must be a number above 0, not absent"));
}

TEST(ConfigJson, WrongListsAreNamed) {
  const ConfigJson numbers = config_of(R"({"list":[1,"2"]})");
  (void)numbers.numbers("list");
  EXPECT_THAT(problem(numbers), HasSubstr("'list' must be a list of numbers"));
  const ConfigJson texts = config_of(R"({"list":"full"})");
  (void)texts.texts("list");
  EXPECT_THAT(problem(texts), HasSubstr("'list' must be a list of texts, not \"full\""));
}

TEST(ConfigJson, TheFirstProblemIsTold) {
  const ConfigJson config = config_of(R"({"a":0,"inner":{"b":"x"}})");
  const auto inner = config.object("inner");
  ASSERT_TRUE(inner);
  (void)inner->count({"b"}, 1);
  (void)config.count({"a"}, 1);
  EXPECT_THAT(problem(config), HasSubstr("'b'"));
}

TEST(ConfigJson, WhatIsRefusedIsUnsupported) {
  const ConfigJson config = config_of(R"({"is_causal":false})");
  config.allow_only("is_causal", true, "which looks ahead");
  config.allow_only("absent", true, "which is not there");
  const auto status = config.status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(status.error().message, "'config.json': 'is_causal' is false, which looks ahead");
}

TEST(ConfigJson, LongValuesAreCutShort) {
  const ConfigJson config = config_of("{\"n\":\"" + std::string(10'000, 'x') + "\"}");
  (void)config.count({"n"}, 1);
  EXPECT_LT(problem(config).size(), 300U);
}

TEST(ConfigJson, WhatIsNoObjectIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("{\"a\":"), std::string("[]"), std::string("{\"a\":NaN}"),
        std::string("{\"a\":1e400}"), std::string("{\"a\":\"\xff\"}"), std::string(1 << 20, '['),
        std::string("{}x")})
    EXPECT_THAT(why_not(text), HasSubstr("cannot read 'config.json'")) << text.substr(0, 20);
  EXPECT_EQ(why_not("{}"), "it was read");
}

TEST(ConfigJson, DeepNestingDoesNotUseUpTheStack) {
  const std::string deep = std::string(1 << 19, '[') + std::string(1 << 19, ']');
  EXPECT_EQ(why_not("{\"a\":" + deep + "}"), "it was read");
}

TEST(ConfigJson, AFileThatIsNotThereIsNamed) {
  const ScratchFolder folder;
  const auto config = ConfigJson::read(folder.path() / "config.json");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("config.json'"));
}

}  // namespace
}  // namespace joulemark::checkpoint
