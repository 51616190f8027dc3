// SPDX-License-Identifier: Apache-2.0
// What latencies this machine allows. `serving_floor`: a server that answers whatever comes with
// one text, from one thread that knows nothing of HTTP; it prints its port, and ends with its
// standard input. `serving_floor pauses SECONDS`: while a thread for each core does nothing but
// read the clock, the share of the time, in percent, for which one of them was held up, by a tenth
// of a millisecond and more at once; the most of all threads.
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/descriptor.h"

namespace {

using namespace joulemark;

constexpr std::string_view kBody =
    R"({"model_name":"null","outputs":[{"name":"y","datatype":"FP32","shape":[1,4],"data":[0.0,0.0,0.0,0.0]}]})";
constexpr Nanoseconds kPause = 100'000;

Descriptor listening(int& port) {
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(fd.get(), 4096) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return {};
  port = ntohs(address.sin_port);
  return fd;
}

class Floor {
 public:
  explicit Floor(Descriptor listening) : listening_(std::move(listening)) {
    watch(listening_.get());
    watch(STDIN_FILENO);
  }

  void run() {
    for (;;) {
      const int n =
          ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), -1);
      for (int i = 0; i < n; ++i) {
        const int fd = events_[static_cast<std::size_t>(i)].data.fd;
        if (fd == STDIN_FILENO) return;
        if (fd == listening_.get())
          accept();
        else
          answer(fd);
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }

  void accept() {
    const int client = ::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    const int on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(client);
  }

  /// Requests of the benchmark come in one piece.
  void answer(int client) {
    if (::read(client, request_.data(), request_.size()) <= 0 ||
        ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL) <= 0)
      ::close(client);
  }

  Descriptor listening_;
  Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::array<epoll_event, 64> events_{};
  std::array<char, 65'536> request_{};
  std::string answer_ =
      fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", kBody.size(), kBody);
};

double paused_percent_of_one(double seconds) {
  const Nanoseconds begin = monotonic_now();
  const Nanoseconds length = to_nanoseconds(seconds);
  Nanoseconds paused = 0;
  for (Nanoseconds last = begin, now = begin; now - begin < length; last = now) {
    now = monotonic_now();
    if (now - last >= kPause) paused += now - last;
  }
  return 100 * static_cast<double>(paused) / static_cast<double>(length);
}

double paused_percent(double seconds) {
  std::vector<std::future<double>> threads;
  for (unsigned i = 0; i < std::max(std::thread::hardware_concurrency(), 1U); ++i)
    threads.push_back(std::async(std::launch::async, paused_percent_of_one, seconds));
  double most = 0;
  for (auto& thread : threads) most = std::max(most, thread.get());
  return most;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "pauses") {
    fmt::print("{:.3f}\n", paused_percent(std::atof(argv[2])));
    return 0;
  }
  int port = 0;
  Descriptor listening_socket = listening(port);
  if (listening_socket.get() < 0) {
    std::perror("serving_floor: cannot listen");
    return 1;
  }
  fmt::print("{}\n", port);
  std::fflush(stdout);
  Floor(std::move(listening_socket)).run();
  return 0;
}
