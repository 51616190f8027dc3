// SPDX-License-Identifier: Apache-2.0
// Answers that come from a thread of the handler's own, while the server's waits for them.
#include <gmock/gmock.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "http/raw_client_test.h"

namespace joulemark::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// By then the server's thread waits for the answer, and has read what the client had sent.
constexpr auto kLater = 20ms;

/// What was asked and is not answered yet.
class Asked {
 public:
  void add(ExchangePtr exchange) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(exchange));
    changed_.notify_all();
  }
  /// The one that has waited longest; none when nothing comes.
  ExchangePtr next(std::chrono::milliseconds longest = std::chrono::milliseconds(kLongest)) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, longest, [this] { return !waiting_.empty(); })) return nullptr;
    ExchangePtr exchange = std::move(waiting_.front());
    waiting_.pop_front();
    return exchange;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ExchangePtr> waiting_;
};

class LaterAnswers : public testing::Test {
 protected:
  std::unique_ptr<Server> serve_later(const Limits& limits = {}) {
    return serve([this](const ExchangePtr& exchange) { asked_.add(exchange); }, limits);
  }
  ExchangePtr next_later() {
    ExchangePtr exchange = asked_.next();
    std::this_thread::sleep_for(kLater);
    return exchange;
  }

  Asked asked_;
};

TEST_F(LaterAnswers, KeepTheConnection) {
  const auto server = serve_later();
  Raw client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    echo(next_later());
    EXPECT_THAT(client.read_until("yes "),
                AllOf(HasSubstr("Content-Length: 19\r\n"), HasSubstr("Date: "),
                      EndsWith("\r\n\r\nGET /a b [c=d] yes ")));
    client.forget();
  }
}

TEST_F(LaterAnswers, TheNextRequestMayHaveComeWithTheFirstOrBehindIt) {
  const auto server = serve_later();
  Raw client(server->port());
  client.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
  echo(next_later());
  const auto second = asked_.next();
  ASSERT_NE(second, nullptr);
  client.send("GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n");
  std::this_thread::sleep_for(kLater);
  echo(second);
  const auto third = asked_.next();
  ASSERT_NE(third, nullptr);
  echo(third);
  const std::string all = client.read_all();
  EXPECT_LT(all.find("GET /1 []"), all.find("GET /2 []"));
  EXPECT_LT(all.find("GET /2 []"), all.find("GET /3 []"));
  EXPECT_NE(all.find("GET /3 []"), std::string::npos);
}

TEST_F(LaterAnswers, IdleTimeBeginsBehindTheAnswer) {
  const auto server = serve_later({.idle = 100ms});
  Raw client(server->port());
  client.send(kGet);
  const auto exchange = asked_.next();
  std::this_thread::sleep_for(300ms);
  EXPECT_FALSE(exchange->is_gone());
  echo(exchange);
  EXPECT_THAT(client.read_all(), EndsWith("yes ")) << "and the connection's end";
}

TEST_F(LaterAnswers, ADrainingServerEndsWhoWasAnswered) {
  const auto server = serve_later();
  Raw answered(server->port());
  answered.send(kGet);
  echo(next_later());
  answered.read_until("yes ");
  Raw waiting(server->port());
  waiting.send(kGet);
  std::thread late([this] {
    const auto exchange = asked_.next();
    std::this_thread::sleep_for(10 * kLater);
    echo(exchange);
  });
  std::this_thread::sleep_for(kLater);
  EXPECT_TRUE(server->drain(std::chrono::milliseconds(kLongest)));
  EXPECT_THAT(waiting.read_all(), AllOf(HasSubstr("Connection: close"), EndsWith("yes ")));
  late.join();
}

TEST_F(LaterAnswers, OneThatIsLargerThanTheSocketTakesComesWhole) {
  const auto server = serve_later();
  Raw client(server->port());
  const std::string large(std::size_t{16} << 20, 'x');
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    const auto exchange = next_later();
    ASSERT_NE(exchange, nullptr);
    exchange->send(text(large + "end"));
    const std::string all = client.read_until("end");
    EXPECT_EQ(all.size() - all.find("\r\n\r\n") - 4, large.size() + 3);
    client.forget();
  }
}

TEST_F(LaterAnswers, OfHeadHaveNoBodyAndOldClientsAreEnded) {
  const auto server = serve_later();
  Raw client(server->port());
  client.send("HEAD / HTTP/1.1\r\n\r\n");
  next_later()->send(text("body"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), EndsWith("\r\n\r\n"));
  client.forget();
  client.send("GET / HTTP/1.0\r\n\r\n");
  next_later()->send(text("body"));
  EXPECT_THAT(client.read_all(), AllOf(EndsWith("body"), Not(HasSubstr("keep-alive"))));
}

TEST_F(LaterAnswers, WhoHasGoneMeanwhileHurtsNobody) {
  const auto server = serve_later();
  for (int i = 0; i < 20; ++i) {
    Raw gone(server->port());
    gone.send(kGet);
    const auto exchange = asked_.next();
    if (i % 2 == 0)
      gone.crash();
    else
      gone.close();
    if (i % 4 < 2) std::this_thread::sleep_for(kLater);
    echo(exchange);
  }
  Raw client(server->port());
  client.send(kGet);
  echo(next_later());
  EXPECT_THAT(client.read_until("yes "), EndsWith("yes "));
  client.close();
  EXPECT_TRUE(server->drain(std::chrono::milliseconds(kLongest)));
}

TEST_F(LaterAnswers, OfManyClientsAreTheirOwn) {
  constexpr int kClients = 8;
  constexpr int kRequests = 200;
  const auto server = serve_later();
  std::thread answering([this] {
    for (int i = 0; i < kClients * kRequests; ++i)
      if (const auto exchange = asked_.next()) echo(exchange);
  });
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c)
    clients.emplace_back([c, port = server->port()] {
      Raw client(port);
      for (int i = 0; i < kRequests; ++i) {
        const std::string path = "/" + std::to_string(c) + "-" + std::to_string(i);
        client.send("GET " + path + " HTTP/1.1\r\n\r\n");
        EXPECT_THAT(client.read_until("]  "), EndsWith("GET " + path + " []  "));
        client.forget();
      }
    });
  for (std::thread& client : clients) client.join();
  answering.join();
}

}  // namespace
}  // namespace joulemark::http
