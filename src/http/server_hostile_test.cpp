// SPDX-License-Identifier: Apache-2.0
// Clients that mean no good, while another one's answers have to be right.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "http/raw_client_test.h"

namespace joulemark::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::StartsWith;

/// Somebody who asks again and again and looks at the answers, from a thread of his own.
class Prober {
 public:
  explicit Prober(int port) : client_(port), thread_([this] { run(); }) {}
  ~Prober() { end(); }
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  void expect_right_answers() {
    end();
    EXPECT_GT(right_, 0);
    EXPECT_EQ(wrong_, "");
  }

 private:
  void end() {
    is_ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  void run() {
    do {
      client_.send(kGet);
      const std::string answer = client_.read_until("yes ");
      if (!answer.ends_with("\r\n\r\nGET /a b [c=d] yes ")) wrong_ = answer + "?";
      client_.forget();
      ++right_;
    } while (!is_ending_ && wrong_.empty());
  }

  Raw client_;
  std::atomic<bool> is_ending_ = false;
  int right_ = 0;
  std::string wrong_;
  std::thread thread_;
};

void await(const std::function<bool()>& holds) {
  for (int i = 0; i < kLongest && !holds(); ++i) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(holds());
}

TEST(HostileClients, TenThousandConnectionsThatAreOpenedAndDropped) {
  const auto server = serve(echo);
  Prober prober(server->port());
  for (int round = 0; round < 100; ++round) {
    std::vector<std::unique_ptr<Raw>> clients;
    for (int i = 0; i < 100; ++i) clients.push_back(std::make_unique<Raw>(server->port()));
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (i % 3 == 0) clients[i]->send("GET / HT");
      if (i % 3 == 1) clients[i]->send(kGet);
      if (i % 2 == 0) clients[i]->crash();
    }
  }
  await([&] { return server->connections() == 1; });
  prober.expect_right_answers();
}

TEST(HostileClients, WhoAskForMuchAndReadNothingAreCut) {
  std::atomic<int> ended = 0;
  const auto server = serve(
      [&](const ExchangePtr& exchange) {
        if (exchange->request().path != "/much") return echo(exchange);
        exchange->send(text(std::string(std::size_t{32} << 20, 'x')));
        ++ended;
      },
      {.write = 500ms});
  Prober prober(server->port());
  std::vector<std::unique_ptr<Raw>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<Raw>(server->port()));
    clients.back()->send("GET /much HTTP/1.1\r\n\r\n");
  }
  await([&] { return ended == 5 && server->connections() == 1; });
  prober.expect_right_answers();
}

TEST(HostileClients, WhoSendAByteNowAndThenGetNoMoreTimeForIt) {
  const auto server = serve(echo, {.header = 300ms, .body = 300ms});
  Prober prober(server->port());
  Raw head(server->port());
  Raw body(server->port());
  body.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  head.send("GET / HTTP/1.1\r\n");
  await([&] { return server->connections() == 3; });
  const auto trickle = [&](std::string_view byte, const Raw& client) {
    for (int i = 0; i < kLongest && server->connections() > 1; i += 20) {
      client.send(byte);
      std::this_thread::sleep_for(20ms);
    }
  };
  std::thread other([&] { trickle("1\r\nx\r\n", body); });
  trickle("X-More: 1\r\n", head);
  other.join();
  EXPECT_EQ(server->connections(), 1U);
  prober.expect_right_answers();
}

TEST(HostileClients, AClientThatGoesAwayInsideOfAStreamIsNoticed) {
  std::promise<ExchangePtr> asked;
  const auto server = serve([&](const ExchangePtr& exchange) {
    if (exchange->request().path != "/stream") return echo(exchange);
    asked.set_value(exchange);
  });
  Prober prober(server->port());
  Raw client(server->port());
  client.send("GET /stream HTTP/1.1\r\n\r\n");
  const auto exchange = asked.get_future().get();
  exchange->begin({});
  exchange->write("one");
  client.read_until("one");
  client.crash();
  await([&] { return exchange->is_gone(); });
  for (int i = 0; i < 1000; ++i) exchange->write("nobody reads this");
  exchange->end();
  prober.expect_right_answers();
}

TEST(HostileClients, AThousandRequestsInOnePieceAreAnsweredInTheirOrder) {
  const auto server = serve(echo);
  Prober prober(server->port());
  Raw client(server->port());
  std::string all;
  for (int i = 0; i < 1000; ++i)
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nContent-Length: 1\r\n\r\n\n";
  client.send(all + "GET /last HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string answers = client.read_all();
  std::size_t at = 0;
  for (int i = 0; i < 1000; ++i) {
    at = answers.find("POST /" + std::to_string(i) + " []", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_NE(answers.find("GET /last", at), std::string::npos);
  prober.expect_right_answers();
}

TEST(HostileClients, AnAnnouncedBodyTakesNoMemoryUntilItComes) {
  const auto server = serve(echo, {.body_bytes = std::size_t{1} << 50});
  Prober prober(server->port());
  Raw client(server->port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 1000000000000000\r\n\r\nx");
  prober.expect_right_answers();
}

std::string post(std::size_t length) {
  return "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

TEST(HostileClients, ManyThatSendSlowlyHoldNoMoreThanTheServerHasForAll) {
  constexpr std::size_t kBody = 200'000, kSent = kBody - 100;
  const auto server = serve(echo, {.body_bytes = kBody, .held_bytes = 4 * kBody});
  Prober prober(server->port());
  std::vector<std::unique_ptr<Raw>> slow;
  for (int i = 0; i < 4; ++i) {
    slow.push_back(std::make_unique<Raw>(server->port()));
    slow.back()->send(post(kBody) + std::string(kSent, 'x'));
  }
  await([&] { return server->held_bytes() == 4 * kSent; });
  for (int i = 0; i < 40; ++i) {
    Raw more(server->port());
    more.send(post(kBody) + std::string(kSent, 'x'));
    EXPECT_THAT(more.read_all(), AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("Retry-After: 1\r\n"),
                                       HasSubstr("more than the server holds")));
  }
  EXPECT_EQ(server->held_bytes(), 4 * kSent);
  // What is small still has room beside them, and those that were let in end well.
  Raw small(server->port());
  small.send(post(3) + "abc");
  EXPECT_THAT(small.read_until("abc"), StartsWith("HTTP/1.1 200"));
  for (const auto& client : slow) {
    client->send(std::string(99, 'x') + "y");
    EXPECT_THAT(client->read_until("xy"), StartsWith("HTTP/1.1 200"));
  }
  await([&] { return server->held_bytes() == 0; });
  prober.expect_right_answers();
}

TEST(HostileClients, WhoDropABodyGiveItsRoomBack) {
  const auto server = serve(echo, {.held_bytes = 1000});
  for (int i = 0; i < 20; ++i) {
    Raw client(server->port());
    client.send(post(900) + std::string(800, 'x'));
    await([&] { return server->held_bytes() == 800; });
    if (i % 2 == 0) client.crash();
    client.close();
    await([&] { return server->held_bytes() == 0; });
  }
}

TEST(HostileClients, ABodyIsHeldUntilItsRequestIsAnswered) {
  std::promise<ExchangePtr> asked;
  const auto server = serve(
      [&](const ExchangePtr& exchange) {
        if (exchange->request().body != "slow") return echo(exchange);
        asked.set_value(exchange);
      },
      {.held_bytes = 5});
  Raw slow(server->port());
  slow.send(post(4) + "slow");
  ExchangePtr exchange = asked.get_future().get();
  Raw refused(server->port());
  refused.send(post(4) + "more");
  EXPECT_THAT(refused.read_all(), StartsWith("HTTP/1.1 503"));
  exchange->send(text("done"));
  exchange.reset();
  await([&] { return server->held_bytes() == 0; });
  Raw later(server->port());
  later.send(post(4) + "more");
  EXPECT_THAT(later.read_until("more"), StartsWith("HTTP/1.1 200"));
}

/// No more files than are open now, and a few.
class FewFiles {
 public:
  explicit FewFiles(rlim_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const Descriptor next(::dup(0));
    const rlimit few{static_cast<rlim_t>(next.get()) + more, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewFiles(const FewFiles&) = delete;
  FewFiles& operator=(const FewFiles&) = delete;

 private:
  rlimit before_{};
};

TEST(HostileClients, WhereFilesRunOutOthersAreServedAndLaterTheRest) {
  const auto server = serve(echo);
  Prober prober(server->port());
  await([&] { return server->connections() == 1; });
  std::vector<std::unique_ptr<Raw>> clients;
  {
    const FewFiles few(10);
    for (int i = 0; i < 20; ++i) {
      auto client = std::make_unique<Raw>(server->port());
      if (client->connected()) clients.push_back(std::move(client));
    }
    if (!clients.empty()) clients.back()->send(kGet);
  }
  ASSERT_THAT(clients.size(), AllOf(Ge(1U), Le(10U)));
  EXPECT_THAT(clients.back()->read_until("yes "), HasSubstr("200 OK"));
  prober.expect_right_answers();
}

TEST(HostileClients, HeadersOfAnOldClientAndOfHead) {
  const auto server = serve(echo);
  Raw old(server->port());
  old.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old.read_until("/1"),
              AllOf(StartsWith("HTTP/1.0 200"), HasSubstr("Connection: keep-alive\r\n")));
  Raw head(server->port());
  head.send("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head.read_all(), AllOf(HasSubstr("Content-Length: 11\r\n"), EndsWith("\r\n\r\n")));
}

}  // namespace
}  // namespace joulemark::http
