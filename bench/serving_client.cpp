// SPDX-License-Identifier: Apache-2.0
// A client of one thread for benchmarks and soaks: serving_client PORT PATH BODY_FILE RATE SECONDS
// CONNECTIONS. RATE 0 is a closed loop, in which every connection asks as soon as it has its
// answer; else requests come at that rate, by Poisson, and latencies begin when a request had to be
// sent, whether a connection was free or not. Prints one line of JSON a second while it runs, and
// one at the end.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/random.h"

namespace {

using namespace joulemark;

constexpr Nanoseconds kSpin = 50'000;  ///< waits shorter than that are no sleep
constexpr Nanoseconds kPatience = 10 * kNanosecondsPerSecond;

struct Options {
  int port = 0;
  std::string request;
  double rate = 0;
  double seconds = 1;
  std::size_t connections = 1;
};

Descriptor connected(int port) {
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  return fd;
}

/// The length of the whole answer that `text` begins with; nothing while its head is not there.
std::optional<std::size_t> length_of_answer(std::string_view text) {
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  std::string head(text.substr(0, end));
  for (char& letter : head) letter = static_cast<char>(std::tolower(letter));
  std::size_t body = 0;
  if (const auto at = head.find("content-length: "); at != std::string::npos)
    std::from_chars(head.data() + at + 16, head.data() + head.size(), body);
  return end + 4 + body;
}

/// Counts of a microsecond each, and all that is longer together.
class Latencies {
 public:
  void add(Nanoseconds latency) {
    const auto microseconds = static_cast<std::size_t>(std::max<Nanoseconds>(latency, 0) / 1000);
    ++counts_[std::min(microseconds, counts_.size() - 1)];
    ++count_;
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::size_t percentile(double share) const {
    const auto rank = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count_)));
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i)
      if ((seen += counts_[i]) >= rank) return i;
    return counts_.size();
  }

 private:
  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(2'000'000);
  std::int64_t count_ = 0;
};

class Run {
 public:
  explicit Run(Options options)
      : options_(std::move(options)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < options_.connections; ++i) {
      connections_.emplace_back();
      open(i);
    }
  }

  void run() {
    const Nanoseconds begin = monotonic_now();
    const Nanoseconds end = begin + to_nanoseconds(options_.seconds);
    next_ = begin;
    Nanoseconds tell = begin + kNanosecondsPerSecond;
    for (Nanoseconds now = begin; now < end + kPatience; now = monotonic_now()) {
      if (now < end) come(now, end);
      send_waiting();
      if (now >= end && busy_ == 0 && due_.empty()) break;
      receive(timeout(now, end));
      if (now >= tell) {
        print(begin, "running");
        tell += kNanosecondsPerSecond;
      }
    }
    errors_ += static_cast<std::int64_t>(busy_ + due_.size());
    print(begin, "done");
  }

 private:
  struct Connection {
    Descriptor fd;
    std::string received;
    Nanoseconds due = 0;  ///< when its request had to be sent
    bool is_busy = false;
  };

  void open(std::size_t i) {
    connections_[i].fd = connected(options_.port);
    connections_[i].received.clear();
    connections_[i].is_busy = false;
    if (connections_[i].fd.get() < 0) {
      ++errors_;
      return;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connections_[i].fd.get(), &event);
    idle_.push_back(i);
  }

  /// Requests that are due by `now`.
  void come(Nanoseconds now, Nanoseconds end) {
    if (options_.rate <= 0) {
      while (due_.size() < idle_.size()) due_.push_back(now);
      return;
    }
    for (; next_ <= now && next_ < end; next_ += gap()) due_.push_back(next_);
  }
  Nanoseconds gap() { return to_nanoseconds(-std::log1p(-random_.uniform()) / options_.rate); }

  void send_waiting() {
    while (!due_.empty() && !idle_.empty()) {
      const std::size_t i = idle_.back();
      idle_.pop_back();
      Connection& connection = connections_[i];
      connection.due = due_.front();
      due_.pop_front();
      connection.is_busy = true;
      ++busy_;
      const auto sent = ::send(connection.fd.get(), options_.request.data(),
                               options_.request.size(), MSG_NOSIGNAL);
      if (sent != static_cast<ssize_t>(options_.request.size())) lose(i);
    }
  }

  [[nodiscard]] Nanoseconds timeout(Nanoseconds now, Nanoseconds end) const {
    if (options_.rate <= 0 || now >= end) return kNanosecondsPerSecond / 10;
    const Nanoseconds left = std::min(next_, end) - now;
    return left < kSpin ? 0 : left - kSpin;
  }

  void receive(Nanoseconds timeout) {
    std::array<epoll_event, 64> events{};
    const timespec wait{timeout / kNanosecondsPerSecond, timeout % kNanosecondsPerSecond};
    const int n = ::epoll_pwait2(epoll_.get(), events.data(), events.size(), &wait, nullptr);
    for (int e = 0; e < n; ++e)
      read(static_cast<std::size_t>(events[static_cast<std::size_t>(e)].data.u64));
  }

  void read(std::size_t i) {
    Connection& connection = connections_[i];
    std::array<char, 65'536> part;
    const auto n = ::recv(connection.fd.get(), part.data(), part.size(), MSG_DONTWAIT);
    if (n <= 0) return lose(i);
    connection.received.append(part.data(), static_cast<std::size_t>(n));
    const auto length = length_of_answer(connection.received);
    if (!length || connection.received.size() < *length) return;
    if (!connection.received.starts_with("HTTP/1.1 200 ")) ++errors_;
    connection.received.erase(0, *length);
    latencies_.add(monotonic_now() - connection.due);
    connection.is_busy = false;
    --busy_;
    idle_.push_back(i);
  }

  /// The connection ended.
  void lose(std::size_t i) {
    ++errors_;
    if (connections_[i].is_busy) --busy_;
    std::erase(idle_, i);
    open(i);
  }

  void print(Nanoseconds begin, const char* state) const {
    fmt::print(
        R"({{"state": "{}", "seconds": {:.3f}, "requests": {}, "errors": {}, "p50_us": {}, "p99_us": {}}})"
        "\n",
        state, to_seconds(monotonic_now() - begin), latencies_.count(), errors_,
        latencies_.percentile(0.5), latencies_.percentile(0.99));
    std::fflush(stdout);
  }

  Options options_;
  Descriptor epoll_;
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;
  std::deque<Nanoseconds> due_;  ///< that wait for a connection
  std::size_t busy_ = 0;
  Nanoseconds next_ = 0;
  Latencies latencies_;
  std::int64_t errors_ = 0;
  Random random_{1};
};

std::optional<Options> options_of(int argc, char** argv) {
  if (argc != 7) return std::nullopt;
  std::ifstream file(argv[3], std::ios::binary);
  if (!file) return std::nullopt;
  const std::string body(std::istreambuf_iterator<char>(file), {});
  return Options{.port = std::atoi(argv[1]),
                 .request = fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                        "application/json\r\nContent-Length: {}\r\n\r\n{}",
                                        argv[2], body.size(), body),
                 .rate = std::atof(argv[4]),
                 .seconds = std::atof(argv[5]),
                 .connections = static_cast<std::size_t>(std::atoi(argv[6]))};
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = options_of(argc, argv);
  if (!options) {
    std::fputs("usage: serving_client PORT PATH BODY_FILE RATE SECONDS CONNECTIONS\n", stderr);
    return 2;
  }
  Run(*options).run();
  return 0;
}
