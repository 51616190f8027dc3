// SPDX-License-Identifier: Apache-2.0
// The server against clients that write what they like, over real sockets.
#include <gmock/gmock.h>

#include <future>
#include <thread>
#include <vector>

#include "http/raw_client_test.h"

namespace joulemark::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(HttpServer, AnswersARequestAndKeepsTheConnection) {
  const auto server = serve(echo);
  Raw client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    EXPECT_THAT(client.read_until("yes "),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Length: 19\r\n"),
                      HasSubstr("Date: "), EndsWith("\r\n\r\nGET /a b [c=d] yes ")));
    client.forget();
  }
}

TEST(HttpServer, RequestsThatComeTogetherAreAnsweredInTheirOrder) {
  const auto server = serve(echo);
  Raw client(server->port());
  client.send(
      "POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\noneGET /2 HTTP/1.1\r\nConnection: "
      "close\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_LT(all.find("POST /1 []  one"), all.find("GET /2 [] "));
  EXPECT_NE(all.find("Connection: close"), std::string::npos);
}

TEST(HttpServer, AnswersInPartsAsTheyCome) {
  std::promise<ExchangePtr> asked;
  const auto server = serve([&](const ExchangePtr& exchange) { asked.set_value(exchange); });
  Raw client(server->port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  const auto exchange = asked.get_future().get();
  exchange->begin({.content_type = "text/event-stream"});
  exchange->write("one");
  EXPECT_THAT(client.read_until("3\r\none\r\n"),
              AllOf(HasSubstr("Transfer-Encoding: chunked"), HasSubstr("text/event-stream")));
  exchange->write("");
  exchange->write("four");
  exchange->end();
  EXPECT_THAT(client.read_until("0\r\n\r\n"), EndsWith("4\r\nfour\r\n0\r\n\r\n"));
}

TEST(HttpServer, AnOldClientGetsItsPartsUnchunked) {
  const auto server = serve([](const ExchangePtr& exchange) {
    exchange->begin({});
    exchange->write("one ");
    exchange->write("two");
    exchange->end();
  });
  Raw client(server->port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_all(), EndsWith("\r\n\r\none two"));
}

TEST(HttpServer, WhatTheHandlerThrowsOrForgetsIsTold) {
  const auto server = serve([](const ExchangePtr& exchange) {
    if (exchange->request().path == "/throw") throw std::runtime_error("no");
    if (exchange->request().path == "/half") {
      exchange->begin({});
      exchange->write("half");
    }
  });
  Raw client(server->port());
  client.send("GET /throw HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.read_until("failed\n"), HasSubstr("500 Internal Server Error"));
  client.forget();
  client.send("GET /forget HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.read_until("no answer\n"), HasSubstr("500 Internal Server Error"));
  client.forget();
  client.send("GET /half HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.read_all(), EndsWith("4\r\nhalf\r\n")) << "and no last chunk";
}

struct Refused {
  const char* request;
  const char* status;
};

class RefusedRequests : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRequests, GetAStatusAndTheEnd) {
  const auto server = serve(echo, {.header_bytes = 1000, .body_bytes = 10});
  Raw client(server->port());
  client.send(GetParam().request);
  EXPECT_THAT(client.read_all(), HasSubstr(GetParam().status));
}

const std::string kLong = "GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    HttpServer, RefusedRequests,
    testing::Values(Refused{"rubbish\r\n\r\n", "400 Bad Request"},
                    Refused{"GET /%0 HTTP/1.1\r\n\r\n", "400 Bad Request"},
                    Refused{"GET nowhere HTTP/1.1\r\n\r\n", "400 Bad Request"},
                    Refused{kLong.c_str(), "431 Request Header Fields Too Large"},
                    Refused{"POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\nhello world",
                            "413 Payload Too Large"},
                    Refused{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello "
                            "world\r\n0\r\n\r\n",
                            "413 Payload Too Large"}));

TEST(HttpServer, ContinuesWhereAClientAsksFirst) {
  const auto server = serve(echo);
  Raw client(server->port());
  client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  client.send("ok");
  EXPECT_THAT(client.read_until(" ok"), HasSubstr("200 OK"));
}

TEST(HttpServer, SlowClientsAreEndedAndOthersServed) {
  const auto server = serve(echo, {.idle = 1000ms, .header = 200ms, .body = 200ms});
  Raw head(server->port());
  Raw body(server->port());
  Raw silent(server->port());
  head.send("GET / HT");
  body.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
  Raw other(server->port());
  other.send(kGet);
  EXPECT_THAT(other.read_until("yes "), HasSubstr("200 OK"));
  EXPECT_EQ(head.read_all(), "");
  EXPECT_EQ(body.read_all(), "");
  EXPECT_EQ(silent.read_all(), "");
}

TEST(HttpServer, AClientThatGoesAwayIsNoticedWhileItsAnswerIsMade) {
  std::promise<ExchangePtr> asked;
  const auto server = serve([&](const ExchangePtr& exchange) { asked.set_value(exchange); });
  Raw client(server->port());
  client.send(kGet);
  const auto exchange = asked.get_future().get();
  EXPECT_FALSE(exchange->is_gone());
  client.close();
  for (int i = 0; i < kLongest && !exchange->is_gone(); ++i) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(exchange->is_gone());
  exchange->send(text("nobody"));
}

TEST(HttpServer, MoreConnectionsThanTheLimitAreSentAway) {
  const auto server = serve(echo, {.connections = 2});
  Raw first(server->port());
  first.send(kGet);
  first.read_until("yes ");
  Raw second(server->port());
  second.send(kGet);
  second.read_until("yes ");
  Raw third(server->port());
  EXPECT_THAT(third.read_all(), StartsWith("HTTP/1.1 503"));
}

TEST(HttpServer, DrainsByAnsweringWhatHasComeAndTakingNothingNew) {
  std::promise<ExchangePtr> asked;
  const auto server = serve([&](const ExchangePtr& exchange) { asked.set_value(exchange); });
  Raw idle(server->port());
  Raw busy(server->port());
  busy.send(kGet);
  const auto exchange = asked.get_future().get();
  auto drained = std::async(std::launch::async, [&] { return server->drain(10s); });
  EXPECT_EQ(idle.read_all(), "");
  exchange->send(text("late"));
  EXPECT_THAT(busy.read_all(), AllOf(HasSubstr("Connection: close"), EndsWith("late")));
  busy.close();
  EXPECT_TRUE(drained.get());
  EXPECT_FALSE(Raw(server->port()).connected());
}

TEST(HttpServer, DrainingEndsAfterItsTimeAndAnExchangeMayOutliveTheServer) {
  std::promise<ExchangePtr> asked;
  auto server = serve([&](const ExchangePtr& exchange) { asked.set_value(exchange); });
  Raw client(server->port());
  client.send(kGet);
  const auto exchange = asked.get_future().get();
  EXPECT_FALSE(server->drain(10ms));
  server.reset();
  EXPECT_TRUE(exchange->is_gone());
  exchange->send(text("too late"));
  EXPECT_EQ(client.read_all(), "");
}

TEST(HttpServer, ManyConnectionsThatAreOpenedAndDroppedLeaveNothing) {
  const auto server = serve(echo);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<Raw>> clients;
    for (int i = 0; i < 100; ++i) clients.push_back(std::make_unique<Raw>(server->port()));
    for (const auto& client : clients) client->send("GET / HT");
  }
  Raw last(server->port());
  last.send(kGet);
  EXPECT_THAT(last.read_until("yes "), HasSubstr("200 OK"));
  for (int i = 0; i < kLongest && server->connections() > 1; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(server->connections(), 1U);
}

TEST(HttpServer, AnAddressThatIsTakenOrIsNoneIsNamed) {
  const auto server = serve(echo);
  const auto again = Server::listen({.port = server->port()}, echo);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(again.error().message, HasSubstr("Address already in use"));
  const auto none = Server::listen({.address = "localhost"}, echo);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kUsage);
  const auto keyless = Server::listen({.tls = TlsFiles{"/nowhere.pem", "/nowhere.key"}}, echo);
  ASSERT_FALSE(keyless);
  EXPECT_THAT(keyless.error().message, HasSubstr("cannot use the certificate '/nowhere.pem'"));
}

}  // namespace
}  // namespace joulemark::http
