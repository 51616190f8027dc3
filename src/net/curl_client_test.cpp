// SPDX-License-Identifier: Apache-2.0
// Requests over the loopback, to servers that behave badly.
#include "net/curl_client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "net/testing/http_answers.h"

namespace joulemark::net {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMostBytes = 1000;

struct Answer {
  tl::expected<HttpResponse, Failure> response;
  std::string body;
};

class Client {
 public:
  explicit Client(double total_timeout_s = 5)
      : client_(make_curl_client({.answer_timeout_s = total_timeout_s,
                                  .total_timeout_s = total_timeout_s,
                                  .proxies = CurlOptions::Proxies::kNone})) {}
  Answer get(const LoopbackServer& server, std::optional<Credentials> credentials = {}) {
    Answer answer;
    const BodySink sink{.begin = [](const HttpResponse&) { return true; },
                        .write =
                            [&](std::string_view bytes) {
                              answer.body += bytes;
                              return answer.body.size() <= kMostBytes;
                            }};
    answer.response = client_->send({.url = fmt::format("http://127.0.0.1:{}/x", server.port()),
                                     .credentials = std::move(credentials)},
                                    sink);
    return answer;
  }

 private:
  std::unique_ptr<HttpClient> client_;
};

TEST(CurlClient, KeepsItsConnection) {
  LoopbackServer server(serve_http([](const std::string&) { return http_answer("hello"); }));
  Client client;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.get(server).body, "hello");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlClient, GivesCredentialsWhereTheyAreAskedFor) {
  std::string last;
  LoopbackServer server(serve_http([&](const std::string& request) {
    last = request;
    const bool known = request.find("Authorization: Basic bWU6c2VjcmV0") != std::string::npos;
    return known ? http_answer("in")
                 : http_answer("no", "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n");
  }));
  Client client;
  EXPECT_EQ(client.get(server).response->status, 401);
  const Answer known = client.get(server, Credentials{.user = "me", .password = "secret"});
  EXPECT_EQ(known.response->status, 200);
  EXPECT_EQ(known.body, "in");
  EXPECT_EQ(client.get(server, Credentials{.user = "me", .password = "other"}).response->status,
            401);
}

TEST(CurlClient, PrefersDigestWhichDoesNotShowThePassword) {
  std::vector<std::string> requests;
  LoopbackServer server(serve_http([&](const std::string& request) {
    requests.push_back(request);
    if (request.find("Authorization: Digest ") != std::string::npos) return http_answer("in");
    return http_answer("", "401 Unauthorized",
                       "WWW-Authenticate: Basic realm=\"x\"\r\n"
                       "WWW-Authenticate: Digest qop=\"auth\", realm=\"x\", nonce=\"12ab\", "
                       "algorithm=SHA-256\r\n");
  }));
  Client client;
  EXPECT_EQ(client.get(server, Credentials{.user = "me", .password = "secret"}).body, "in");
  for (const std::string& request : requests)
    EXPECT_EQ(request.find("Authorization: Basic"), std::string::npos);
}

TEST(CurlClient, DoesNotFollowRedirects) {
  LoopbackServer server(serve_http([](const std::string&) {
    return http_answer("", "302 Found", "Location: http://127.0.0.1:1/\r\n");
  }));
  Client client;
  EXPECT_EQ(client.get(server).response->status, 302);
}

TEST(CurlClient, GivesUpOnAnAnswerThatNeverEnds) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
    for (int i = 0; i < 400; ++i) {
      connection.write(".");
      connection.stay_silent(5);
    }
  });
  Client client(0.1);
  const Nanoseconds begin = monotonic_now();
  const Answer answer = client.get(server);
  EXPECT_LT(to_seconds(monotonic_now() - begin), 1.5);
  ASSERT_FALSE(answer.response);
  EXPECT_EQ(answer.response.error().kind, Failure::Kind::kTimedOut);
}

TEST(CurlClient, TellsWhatIsWrongWithAnAnswerThatIsNone) {
  const auto told = [](const std::string& text) {
    LoopbackServer server(serve_http([&](const std::string&) { return text; }));
    return Client().get(server).response.error();
  };
  const Failure endless = told("HTTP/1.1 200 OK\r\nX: " + std::string(400'000, 'a'));
  EXPECT_EQ(endless.kind, Failure::Kind::kBroken);
  EXPECT_THAT(endless.message, HasSubstr("header"));
  const Failure other = told("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_EQ(other.kind, Failure::Kind::kBroken);
  EXPECT_THAT(other.message, HasSubstr("does not speak HTTP"));
}

TEST(CurlClient, TellsHowAConnectionEnded) {
  LoopbackServer short_body([](LoopbackConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{");
  });
  LoopbackServer huge(
      serve_http([](const std::string&) { return http_answer(std::string(100'000, 'x')); }));
  LoopbackServer gone([](LoopbackConnection&) {});
  gone.stop();
  Client client;
  EXPECT_EQ(client.get(short_body).response.error().kind, Failure::Kind::kBroken);
  EXPECT_EQ(client.get(huge).response.error().kind, Failure::Kind::kStopped);
  EXPECT_EQ(client.get(gone).response.error().kind, Failure::Kind::kUnreachable);
}

}  // namespace
}  // namespace joulemark::net
