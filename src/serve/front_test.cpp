// SPDX-License-Identifier: Apache-2.0
#include "serve/front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

namespace joulemark::serve {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A request, and the answer to it.
class Asked final : public http::Exchange {
 public:
  explicit Asked(http::Request request) : request_(std::move(request)) {}
  [[nodiscard]] const http::Request& request() const override { return request_; }
  void send(http::Response response) override { answer = std::move(response); }
  void begin(http::Head head) override { answer.head = std::move(head); }
  void write(std::string part) override { answer.body += part; }
  void end() override {}
  [[nodiscard]] bool is_gone() const override { return false; }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const http::Header& header : answer.head.headers)
      if (header.name == name) return header.value;
    return {};
  }
  http::Response answer{{.status = 0}, ""};

 private:
  http::Request request_;
};

http::Request get(const std::string& path, std::vector<http::Header> headers = {}) {
  return {.method = "GET", .path = path, .headers = std::move(headers)};
}

std::shared_ptr<Asked> ask(Front& front, http::Request request) {
  const auto asked = std::make_shared<Asked>(std::move(request));
  front.handle(asked);
  return asked;
}

std::vector<http::Route> routes() {
  return {{"GET", "/v1/models",
           [](const auto& exchange, const auto&) {
             exchange->send({{.status = 200}, "models"});
           }},
          {"GET", "/v1/stream", [](const auto& exchange, const auto&) {
             exchange->begin({.status = 200});
             exchange->write("part");
             exchange->end();
           }}};
}

TEST(Front, UntilTheModelAnswersClientsAreToldToComeAgain) {
  Front front("");
  const auto early = ask(front, get("/v1/models"));
  EXPECT_EQ(early->answer.head.status, 503);
  EXPECT_EQ(early->header("Retry-After"), "1");
  EXPECT_EQ(ask(front, get("/health"))->answer.head.status, 503);
  EXPECT_EQ(ask(front, get("/v2/health/ready"))->answer.head.status, 503);
  EXPECT_EQ(ask(front, get("/v2/health/live"))->answer.head.status, 200);
  front.open(routes());
  EXPECT_EQ(ask(front, get("/v1/models"))->answer.body, "models");
  EXPECT_EQ(ask(front, get("/health"))->answer.head.status, 200);
  front.drain();
  EXPECT_EQ(ask(front, get("/health"))->answer.head.status, 503);
}

TEST(Front, AsksForTheTokenAlsoBeforeItIsReady) {
  Front front("s3cret");
  EXPECT_EQ(ask(front, get("/v1/models"))->answer.head.status, 401);
  front.open(routes());
  const auto refused = ask(front, get("/v1/models"));
  EXPECT_EQ(refused->answer.head.status, 401);
  EXPECT_EQ(refused->header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(json::parse(refused->answer.body)["error"]["type"], "authentication_error");
  EXPECT_EQ(ask(front, get("/health"))->answer.head.status, 200);
  EXPECT_EQ(ask(front, get("/v1/models", {{"authorization", "Bearer s3cret"}}))->answer.body,
            "models");
}

TEST(Front, EveryAnswerHasAnIdOfItsOwnOrTheClients) {
  Front front("");
  front.open(routes());
  const auto first = ask(front, get("/v1/models"))->header("X-Request-Id");
  const auto second = ask(front, get("/v1/stream"))->header("X-Request-Id");
  EXPECT_FALSE(first.empty());
  EXPECT_NE(first, second);
  EXPECT_EQ(ask(front, get("/nothing", {{"x-request-id", "a-7"}}))->header("X-Request-Id"), "a-7");
  EXPECT_THAT(ask(front, get("/nothing", {{"x-request-id", "a b"}}))->header("X-Request-Id"),
              Not(HasSubstr(" ")));
}

TEST(Front, AFailureHasTheShapeOfItsApi) {
  const auto openai = failure_response(get("/v1/x"), 404, "there is none");
  EXPECT_EQ(json::parse(openai.body),
            json::parse(R"({"error": {"message": "there is none", "type": "invalid_request_error",
                            "param": null, "code": null}})"));
  EXPECT_EQ(json::parse(failure_response(get("/v1"), 503, "later").body)["error"]["type"],
            "server_error");
  EXPECT_EQ(json::parse(failure_response(get("/v2/x"), 404, "there is none").body),
            json({{"error", "there is none"}}));
  EXPECT_NO_THROW(failure_response(get("/v2/x"), 404, "\xff\xfe")) << "a path may hold any byte";
}

TEST(Front, ATokenIsComparedAsAWhole) {
  EXPECT_TRUE(is_authorised("Bearer abc", "abc"));
  EXPECT_TRUE(is_authorised("bEARER abc", "abc"));
  for (const char* header : {"", "Bearer", "Bearer ", "Bearer ab", "Bearer abcd", "Bearer ABC",
                             "Basic abc", "abc", "Bearer  abc"})
    EXPECT_FALSE(is_authorised(header, "abc")) << header;
}

}  // namespace
}  // namespace joulemark::serve
