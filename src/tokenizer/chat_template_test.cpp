// SPDX-License-Identifier: Apache-2.0
// Chat templates against what jinja2 makes of them, and templates that ask for too much.
#include "tokenizer/chat_template.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"

namespace joulemark::tokenizer {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

const fs::path kCases = fs::path(JOULEMARK_SOURCE_DIR) / "tests/chat_templates";

ChatTemplate parsed(std::string_view source) {
  auto made = ChatTemplate::parse(source, "test");
  if (!made) throw std::runtime_error(made.error().message);
  made->set_special_tokens("<s>", "</s>");
  return *std::move(made);
}

std::string complaint(std::string_view source) {
  const auto made = ChatTemplate::parse(source, "test");
  if (!made) return made.error().message;
  const auto text = made->render({.messages_json = R"([{"role":"user","content":"x"}])"});
  return text ? "(no complaint)" : text.error().message;
}

TEST(ChatTemplate, GivesTheTextsOfTheReference) {
  const auto document = ordered_json::parse(read_file(kCases / "cases.json").value());
  for (const auto& each : document["cases"]) {
    const auto name = each["template"].get<std::string>();
    SCOPED_TRACE(name + ", " + each["conversation"].get<std::string>());
    const auto chat_template = parsed(read_file(kCases / (name + ".jinja")).value());
    const auto text = chat_template.render({each["messages"].dump(), each["add_generation_prompt"],
                                            document["now_s"].get<std::int64_t>()});
    if (each.contains("text")) {
      EXPECT_EQ(text ? *text : text.error().message, each["text"].get<std::string>());
      continue;
    }
    ASSERT_FALSE(text) << *text;
    EXPECT_THAT(text.error().message, HasSubstr(each["error"].get<std::string>()));
  }
}

TEST(ChatTemplate, NamesTheLineOfAMistake) {
  EXPECT_THAT(complaint("a\n{% if %}"), HasSubstr("'test'"));
  EXPECT_THAT(complaint("a\n{% if %}"), HasSubstr(":2"));
  EXPECT_THAT(complaint("{{ messages.x.y }}"), HasSubstr("undefined"));
  EXPECT_THAT(complaint("{% include 'other' %}"), HasSubstr("include"));
}

TEST(ChatTemplate, EndsThoseThatTakeTooMuch) {
  EXPECT_THAT(
      complaint("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}"),
      HasSubstr("fuel"));
  EXPECT_THAT(complaint("{% set ns = namespace(x='x') %}{% for a in range(60) %}"
                        "{% set ns.x = ns.x ~ ns.x %}{% endfor %}"),
              HasSubstr("fuel"));
  EXPECT_THAT(complaint("{% set ns = namespace(x=[]) %}{% for a in range(60) %}"
                        "{% set ns.x = [ns.x, ns.x] %}{% endfor %}"),
              HasSubstr("fuel"));
  EXPECT_THAT(complaint("{% set x = 'x' * 1000000 %}{{ ([x] * 1000) | tojson }}"),
              HasSubstr("more than"));
  EXPECT_THAT(complaint("{% set ns = namespace(x='xx') %}{% for a in range(9) %}"
                        "{% set ns.x = ns.x | replace('x', ns.x) %}{% endfor %}"),
              HasSubstr("fuel"));
  EXPECT_THAT(complaint("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"), HasSubstr("recursion"));
  EXPECT_THAT(complaint(std::string(100'000, '(').insert(0, "{{ ")), HasSubstr("recursion"));
  EXPECT_THAT(complaint("{{ 'x' * 10000000000 }}"), HasSubstr("fuel"));
  EXPECT_THAT(complaint(std::string(2 << 20, ' ')), HasSubstr("the limit is"));
}

/// Behind `{% set ns = namespace(x=[]) %}`, what is said of `source`.
std::string complaint_of_namespace(const std::string& source) {
  return complaint("{% set ns = namespace(x=[]) %}" + source + "{{ ns }}");
}

TEST(ChatTemplate, NoNamespaceHoldsItselfOrIsNestedWithoutEnd) {
  for (const char* source :
       {"{% set ns.x = ns %}", "{% set ns.x = [{'a': ns}] %}", "{% set ns.x, y = ns, 1 %}",
        "{% set ns.x = ns if true else 1 %}", "{% set m = namespace(y=ns) %}",
        "{% set m = namespace({'y': ns}) %}", "{%- set ns.x = ns -%}", "{% set\nns . x=ns%}",
        "{% set m = namespace() %}{% set m.y = [ns] %}{% set ns.x = m %}"})
    EXPECT_THAT(complaint_of_namespace(source), HasSubstr("cannot keep a namespace")) << source;
  EXPECT_THAT(
      complaint_of_namespace("{% for a in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}"),
      HasSubstr("more deeply than 32"));
  EXPECT_THAT(complaint_of_namespace("{% set ns.x | default(ns, true) %}{% endset %}"),
              HasSubstr("not supported"));
  EXPECT_THAT(complaint_of_namespace("{% macro m() %}{{ ns }}{% endmacro %}{% set ns.x = m %}"),
              HasSubstr("cannot keep a macro"));
}

TEST(ChatTemplate, NamespacesKeepWhatTemplatesGather) {
  const auto text =
      parsed(
          "{% set ns = namespace({'a': 1}, x=[], s='') %}{% set ns.rest = messages[1:] %}"
          "{% for m in messages %}{% set ns.x = ns.x + [m] %}{% set ns.s = ns.s ~ m.content %}"
          "{% endfor %}{% set ns.p, q = ns.a + 1, '%}' %}{% set ns.block %}b{% endset %}"
          "{{ ns.x | length }} {{ ns.s }} {{ ns.p }} {{ q }} {{ ns.block }} {{ ns.rest[0].content "
          "}}")
          .render({R"([{"role":"user","content":"x"},{"role":"user","content":"y"}])"});
  EXPECT_EQ(text.value(), "2 xy 2 %} b y");
}

TEST(ChatTemplate, ReachesNoFileAndNoVariableOfTheProcess) {
  EXPECT_THAT(complaint("{{ ''.__class__.__mro__ }}"), HasSubstr("undefined"));
  EXPECT_THAT(complaint("{{ open('/etc/hostname') }}"), HasSubstr("open"));
}

TEST(ChatTemplate, KeepsTheOrderOfMembers) {
  const auto text = parsed("{{ messages[0] | tojson }}").render({R"([{"z":1,"a":{"y":2,"b":3}}])"});
  EXPECT_EQ(text.value(), R"({"z": 1, "a": {"y": 2, "b": 3}})");
}

class LoadChatTemplate : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("chat_template_") +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const char* name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  [[nodiscard]] std::string rendered() const {
    const auto found = load_chat_template(folder_);
    if (!found) return found.error().message;
    return *found ? (*found)->render({"[]"}).value() : "(none)";
  }

  fs::path folder_;
};

TEST_F(LoadChatTemplate, ThereMayBeNone) {
  EXPECT_EQ(rendered(), "(none)");
  write("tokenizer_config.json", R"({"bos_token":"<s>"})");
  EXPECT_EQ(rendered(), "(none)");
}

TEST_F(LoadChatTemplate, TakesItFromTheTokenizersConfiguration) {
  write("tokenizer_config.json", R"({"bos_token":{"content":"<b>"},"eos_token":"<e>",)"
                                 R"("chat_template":"{{ bos_token }}{{ eos_token }}"})");
  EXPECT_EQ(rendered(), "<b><e>");
}

TEST_F(LoadChatTemplate, OfSeveralItTakesTheDefault) {
  write("tokenizer_config.json",
        R"({"chat_template":[{"name":"rag","template":"r"},{"name":"default","template":"d"}]})");
  EXPECT_EQ(rendered(), "d");
}

TEST_F(LoadChatTemplate, AFileOfItsOwnGoesFirst) {
  write("tokenizer_config.json", R"({"bos_token":"<b>","chat_template":"c"})");
  write("chat_template.jinja", "own{{ bos_token }}");
  EXPECT_EQ(rendered(), "own<b>");
  write("given", "given{{ bos_token }}");
  EXPECT_EQ(load_chat_template(folder_, folder_ / "given").value()->render({"[]"}).value(),
            "given<b>");
}

TEST_F(LoadChatTemplate, SaysWhatCannotBeUsed) {
  write("tokenizer_config.json", "[");
  EXPECT_THAT(rendered(), HasSubstr("tokenizer_config.json' holds no JSON object"));
  write("tokenizer_config.json", R"({"chat_template":"{% x %}"})");
  EXPECT_THAT(rendered(), HasSubstr("cannot use the chat template of"));
}

}  // namespace
}  // namespace joulemark::tokenizer
