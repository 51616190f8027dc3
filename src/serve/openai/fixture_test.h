// SPDX-License-Identifier: Apache-2.0
// The routes of OpenAI's API over a service whose texts a test says itself.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "http/router.h"
#include "serve/openai/routes.h"
#include "serve/testing/text_service.h"

namespace joulemark::serve {

class KnownEnergy final : public EnergyMeter {
 public:
  void note_batch(const Served& /*served*/) override {}
  void share_of(const Served& /*served*/, std::function<void(const EnergyShare&)> then) override {
    then(share);
  }
  EnergyShare share;
};

class OpenAi : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string file = std::string(JOULEMARK_SOURCE_DIR) + "/tests/tokenizers/gpt2.json";
    tools.tokenizer =
        std::make_shared<const tokenizer::Tokenizer>(tokenizer::Tokenizer::load(file).value());
    tools.chat_template = std::make_shared<const tokenizer::ChatTemplate>(
        tokenizer::ChatTemplate::parse(
            "{% for m in messages %}{% if m.role == 'no' %}{{ raise_exception('bad role') }}"
            "{% endif %}{{ m.role }}:{{ m.content }};{% endfor %}",
            "t")
            .value());
    tools.stop_ids = ids("<|endoftext|>");
  }

  std::shared_ptr<joulemark::testing::NotedAnswer> ask(http::Request request) {
    const http::Router router(openai_routes(context, side, tools),
                              [](const http::Request&, int status, const std::string&) {
                                return http::Response{{.status = status}, ""};
                              });
    auto exchange = std::make_shared<joulemark::testing::NotedAnswer>(std::move(request));
    router.handle(exchange);
    return exchange;
  }
  std::shared_ptr<joulemark::testing::NotedAnswer> get(std::string path) {
    return ask({.method = "GET", .path = std::move(path)});
  }
  /// `fields` behind a prompt.
  std::shared_ptr<joulemark::testing::NotedAnswer> complete(const std::string& fields) {
    return ask(
        {.method = "POST", .path = "/v1/completions", .body = R"({"prompt":"Hi",)" + fields + "}"});
  }
  std::shared_ptr<joulemark::testing::NotedAnswer> chat(const std::string& fields) {
    return ask({.method = "POST",
                .path = "/v1/chat/completions",
                .body = R"({"messages":[{"role":"user","content":"Hi"}],)" + fields + "}"});
  }
  std::vector<std::int32_t> ids(std::string_view text) const {
    return tools.tokenizer->encode(text, tokenizer::SpecialTokens::kWithout).value();
  }
  /// Every choice says the text and ends.
  void answer(std::string_view text) {
    for (TextJob& job : service.jobs) {
      joulemark::testing::say(job, ids(text));
      joulemark::testing::end(job);
    }
  }

  joulemark::testing::TextService service;
  KnownEnergy energy;
  Metrics metrics;
  ApiContext context{.service = service, .energy = energy, .metrics = metrics};
  TextTools tools;
  SideThread side;
};

nlohmann::json choice_of(const joulemark::testing::NotedAnswer& answer, std::size_t index = 0);
nlohmann::json error_of(const joulemark::testing::NotedAnswer& answer);
/// The chunks of a stream, without its end.
std::vector<nlohmann::json> chunks_of(const joulemark::testing::NotedAnswer& answer);
/// The text of each chunk with choices.
std::vector<std::string> texts_of(const joulemark::testing::NotedAnswer& answer);

}  // namespace joulemark::serve
