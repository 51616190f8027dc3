// SPDX-License-Identifier: Apache-2.0
// The client against our server, and against servers that write what they like.
#include "http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <mutex>
#include <set>
#include <thread>

#include "base/descriptor.h"
#include "http/server.h"

namespace joulemark::http {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using ExchangePtr = std::shared_ptr<Exchange>;

std::unique_ptr<Server> serve(Handler handler) {
  auto server = Server::listen({}, std::move(handler));
  EXPECT_TRUE(server) << server.error().message;
  return *std::move(server);
}

std::unique_ptr<Client> client() {
  auto opened = Client::open();
  EXPECT_TRUE(opened) << opened.error().message;
  return *std::move(opened);
}

Call call_of(int port, const std::string& path = "/") {
  return {.url = parse_url("http://127.0.0.1:" + std::to_string(port) + path).value(),
          .timeout = 10s};
}

void echo(const ExchangePtr& exchange) {
  const Request& request = exchange->request();
  exchange->send({{},
                  request.method + " " + request.path + " " +
                      std::string(request.header("x-more")) + " " + request.body});
}

/// What came of a call.
class Noted : public AnswerSink {
 public:
  void on_sent(Nanoseconds) override { said.emplace_back("sent"); }
  void on_head(const AnswerHead& head, Nanoseconds) override {
    said.push_back(std::to_string(head.status));
  }
  void on_part(std::string_view part, Nanoseconds at) override {
    body += part;
    times.push_back(at);
  }
  void on_end(Nanoseconds) override { said.emplace_back("end"); }
  void on_failure(const Failure& failure, Nanoseconds) override {
    said.emplace_back(to_string(failure.kind));
    message = failure.message;
  }
  std::vector<std::string> said;
  std::string body, message;
  std::vector<Nanoseconds> times;
};

/// Accepts one connection after the other, reads a request's head and writes the next of `answers`,
/// one a connection, which it then closes.
class Scripted {
 public:
  explicit Scripted(std::vector<std::string> answers)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answers = std::move(answers)] {
      for (const std::string& answer : answers) answer_one(answer);
    });
  }
  ~Scripted() { thread_.join(); }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  void answer_one(const std::string& answer) const {
    const Descriptor peer(::accept(listener_.get(), nullptr, nullptr));
    std::string request;
    std::array<char, 4096> part{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto n = ::recv(peer.get(), part.data(), part.size(), 0);
      if (n <= 0) return;
      request.append(part.data(), static_cast<std::size_t>(n));
    }
    ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    ::shutdown(peer.get(), SHUT_WR);
    while (::recv(peer.get(), part.data(), part.size(), 0) > 0) {
    }
  }

  Descriptor listener_;
  int port_ = 0;
  std::thread thread_;
};

/// A port at which nobody listens.
int free_port() {
  const auto server = serve(echo);
  return server->port();
}

TEST(HttpClient, AsksAndGetsTheWholeAnswer) {
  const auto server = serve(echo);
  Call call = call_of(server->port(), "/a%20b");
  call.method = "POST";
  call.headers = {{"X-More", "yes"}};
  call.body = std::make_shared<const std::string>("hello");
  const auto answer = client()->ask(call);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 200);
  EXPECT_EQ(answer->head.header("content-type"), "application/json");
  EXPECT_EQ(answer->body, "POST /a b yes hello");
}

TEST(HttpClient, OneConnectionCarriesCallAfterCall) {
  const auto server = serve(echo);
  const auto asking = client();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(asking->ask(call_of(server->port())));
  EXPECT_EQ(asking->connections(), 1U);
}

TEST(HttpClient, AThousandCallsAreUnderWayAtOnce) {
  std::mutex mutex;
  std::vector<ExchangePtr> waiting;
  const auto server = serve([&](const ExchangePtr& exchange) {
    const std::lock_guard lock(mutex);
    waiting.push_back(exchange);
    if (waiting.size() < 1000) return;
    for (const auto& one : waiting) one->send({{}, one->request().path});
    waiting.clear();
  });
  const auto asking = client();
  std::vector<std::shared_ptr<Noted>> sinks;
  for (int i = 0; i < 1000; ++i) {
    sinks.push_back(std::make_shared<Noted>());
    asking->send(call_of(server->port(), "/" + std::to_string(i)), sinks.back());
  }
  asking->run();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(sinks[i]->body, "/" + std::to_string(i));
    EXPECT_THAT(sinks[i]->said, ElementsAre("sent", "200", "end"));
  }
  EXPECT_EQ(asking->connections(), 1000U);
}

TEST(HttpClient, PartsComeAsTheyAreWrittenAndWithTheirTimes) {
  // The next part is written only when the one before has arrived, whatever the machine does.
  ExchangePtr kept;
  const auto server = serve([&](const ExchangePtr& exchange) {
    kept = exchange;
    kept->begin({});
    kept->write("a");
  });
  class Asking final : public Noted {
   public:
    explicit Asking(ExchangePtr& exchange) : exchange_(exchange) {}
    void on_part(std::string_view part, Nanoseconds at) override {
      Noted::on_part(part, at);
      if (body.size() < 3) return exchange_->write("b");
      exchange_->end();
    }
    ExchangePtr& exchange_;
  };
  const auto sink = std::make_shared<Asking>(kept);
  const auto asking = client();
  asking->send(call_of(server->port()), sink);
  asking->run();
  EXPECT_EQ(sink->body, "abb");
  ASSERT_EQ(sink->times.size(), 3U);
  EXPECT_LT(sink->times[0], sink->times[1]);
  EXPECT_LT(sink->times[1], sink->times[2]);
  kept.reset();
}

TEST(HttpClient, AKeptConnectionThatTheServerClosedIsReplaced) {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  Scripted server({answer, answer});  // says that it keeps the connection, and does not
  const auto asking = client();
  ASSERT_TRUE(asking->ask(call_of(server.port())));
  const auto second = asking->ask(call_of(server.port()));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(asking->connections(), 2U);
}

TEST(HttpClient, EveryWayToFailHasItsKindAndNamesTheServer) {
  const std::vector<std::pair<std::string, FailureKind>> cases{
      {"", FailureKind::kReset},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", FailureKind::kReset},
      {"220 mail.example.org ESMTP\r\n\r\n", FailureKind::kNotHttp},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", FailureKind::kTooLong}};
  for (const auto& [text, kind] : cases) {
    Scripted server({text});
    Call call = call_of(server.port());
    call.most_bytes = 50;
    const auto answer = client()->ask(call);
    ASSERT_FALSE(answer) << text;
    EXPECT_STREQ(to_string(answer.error().kind), to_string(kind)) << answer.error().message;
    EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1:" + std::to_string(server.port())));
  }
}

TEST(HttpClient, NobodyThereIsRefused) {
  const auto answer = client()->ask(call_of(free_port()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kRefused);
}

TEST(HttpClient, AnAnswerThatNeverComesIsATimeout) {
  std::vector<ExchangePtr> kept;
  const auto server = serve([&](const ExchangePtr& exchange) { kept.push_back(exchange); });
  Call call = call_of(server->port());
  call.timeout = 20ms;
  const auto answer = client()->ask(call);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kTimedOut);
  EXPECT_THAT(answer.error().message, HasSubstr("0.02 s"));
}

TEST(HttpClient, ACancelledCallHearsOfItAndOthersGoOn) {
  std::vector<ExchangePtr> kept;
  const auto server = serve([&](const ExchangePtr& exchange) {
    if (exchange->request().path == "/never") return kept.push_back(exchange);
    echo(exchange);
  });
  const auto asking = client();
  const auto never = std::make_shared<Noted>(), other = std::make_shared<Noted>();
  const CallId id = asking->send(call_of(server->port(), "/never"), never);
  asking->send(call_of(server->port()), other);
  asking->at(monotonic_now(), [&] { asking->cancel(id); });
  asking->run();
  EXPECT_EQ(never->said.back(), "cancelled");
  EXPECT_EQ(other->said.back(), "end");
  asking->cancel(id);
}

TEST(HttpClient, ASinkMayCancelInsideOfItsAnswer) {
  const auto server = serve([](const ExchangePtr& exchange) {
    exchange->send({{}, std::string(100'000, 'x')});
  });
  class Impatient final : public Noted {
   public:
    void on_part(std::string_view part, Nanoseconds at) override {
      Noted::on_part(part, at);
      client->cancel(id);
    }
    Client* client = nullptr;
    CallId id = 0;
  };
  const auto sink = std::make_shared<Impatient>();
  const auto asking = client();
  sink->client = asking.get();
  sink->id = asking->send(call_of(server->port()), sink);
  asking->run();
  EXPECT_THAT(sink->said, ElementsAre("sent", "200", "cancelled"));
  EXPECT_EQ(sink->times.size(), 1U);
}

TEST(HttpClient, ASinkMaySendTheNextCall) {
  const auto server = serve(echo);
  class Again final : public Noted {
   public:
    void on_end(Nanoseconds at) override {
      Noted::on_end(at);
      if (--left > 0) client->send(call, self.lock());
    }
    Client* client = nullptr;
    Call call;
    int left = 100;
    std::weak_ptr<Again> self;
  };
  const auto sink = std::make_shared<Again>();
  const auto asking = client();
  sink->client = asking.get();
  sink->call = call_of(server->port());
  sink->self = sink;
  asking->send(sink->call, sink);
  asking->run();
  EXPECT_EQ(sink->left, 0);
  EXPECT_EQ(asking->connections(), 1U);
}

TEST(HttpClient, WhatWaitsForItsTimeComesNotBefore) {
  const auto asking = client();
  const Nanoseconds due = monotonic_now() + 5'000'000;
  Nanoseconds came = 0;
  asking->at(due, [&] { came = monotonic_now(); });
  asking->run();
  EXPECT_GE(came, due);
}

TEST(HttpClient, StopEndsWhatIsUnderWay) {
  std::vector<ExchangePtr> kept;
  const auto server = serve([&](const ExchangePtr& exchange) { kept.push_back(exchange); });
  const auto asking = client();
  const auto sink = std::make_shared<Noted>();
  asking->send(call_of(server->port()), sink);
  asking->at(monotonic_now() + 3600 * kNanosecondsPerSecond, [] { FAIL(); });
  asking->at(monotonic_now(), [&] { asking->stop(); });
  asking->run();
  EXPECT_EQ(sink->said.back(), "cancelled");
}

TEST(HttpClient, ARefusalOfALongRequestIsHeard) {
  auto server = Server::listen({.limits = {.body_bytes = 1000}}, echo);
  ASSERT_TRUE(server);
  Call call = call_of((*server)->port());
  call.method = "POST";
  call.body = std::make_shared<const std::string>(10'000'000, 'x');
  const auto answer = client()->ask(call);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 413);
}

TEST(HttpClient, ACaFileThatIsNoneIsSaid) {
  const auto opened = Client::open({.ca_file = "/nonexistent.pem"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(opened.error().message, HasSubstr("/nonexistent.pem"));
}

}  // namespace
}  // namespace joulemark::http
