// SPDX-License-Identifier: Apache-2.0
// Tests of routes, on exchanges that are noted.
#include "http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace joulemark::http {
namespace {

class NotedExchange final : public Exchange {
 public:
  NotedExchange(std::string method, std::string path)
      : request_{.method = std::move(method), .path = std::move(path)} {}
  [[nodiscard]] const Request& request() const override { return request_; }
  void send(Response response) override { sent = std::move(response); }
  void begin(Head) override {}
  void write(std::string) override {}
  void end() override {}
  [[nodiscard]] bool is_gone() const override { return false; }
  std::optional<Response> sent;

 private:
  Request request_;
};

Response answer_to(const std::string& method, const std::string& path) {
  const auto say = [](const char* what) {
    return [what](const std::shared_ptr<Exchange>& exchange, const PathNames& names) {
      std::string text = what;
      for (const auto& [name, value] : names) text.append(" " + name).append("=" + value);
      exchange->send({{}, text});
    };
  };
  const Router router({{"GET", "/", say("root")},
                       {"GET", "/models", say("list")},
                       {"GET", "/models/{model}", say("one")},
                       {"POST", "/models/{model}", say("ask")},
                       {"POST", "/models/{model}/versions/{version}/infer", say("infer")}},
                      [](const Request&, int status, const std::string& reason) {
                        return Response{{.status = status}, reason};
                      });
  const auto exchange = std::make_shared<NotedExchange>(method, path);
  router.handle(exchange);
  return exchange->sent.value_or(Response{});
}

TEST(Router, GoesByMethodAndPath) {
  EXPECT_EQ(answer_to("GET", "/").body, "root");
  EXPECT_EQ(answer_to("GET", "/models").body, "list");
  EXPECT_EQ(answer_to("HEAD", "/models").body, "list");
  EXPECT_EQ(answer_to("GET", "/models/bert").body, "one model=bert");
  EXPECT_EQ(answer_to("POST", "/models/bert").body, "ask model=bert");
  EXPECT_EQ(answer_to("POST", "/models/a b/versions/1/infer").body, "infer model=a b version=1");
}

TEST(Router, KnowsWhatItHasNot) {
  for (const char* path : {"/model", "/models/", "/models/x/y", "//models", "/models/x/versions/1"})
    EXPECT_EQ(answer_to("GET", path).head.status, 404) << path;
  EXPECT_EQ(answer_to("GET", "/nothing").body, "there is no '/nothing' here");
}

TEST(Router, SaysWhichMethodsThereAre) {
  const Response wrong = answer_to("DELETE", "/models/x");
  EXPECT_EQ(wrong.head.status, 405);
  EXPECT_EQ(wrong.body, "'/models/x' does not take DELETE");
  ASSERT_EQ(wrong.head.headers.size(), 1U);
  EXPECT_EQ(wrong.head.headers[0].value, "GET, HEAD, OPTIONS, POST");
  const Response options = answer_to("OPTIONS", "/models/x");
  EXPECT_EQ(options.head.status, 204);
  EXPECT_EQ(options.head.headers[0].value, "GET, HEAD, OPTIONS, POST");
}

}  // namespace
}  // namespace joulemark::http
