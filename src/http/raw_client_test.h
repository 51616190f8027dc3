// SPDX-License-Identifier: Apache-2.0
// A server and a client by hand, for tests.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "http/server.h"

namespace joulemark::http {

inline constexpr int kLongest = 10'000;  // ms; a test that waits so long fails

/// A client by hand.
class Raw {
 public:
  explicit Raw(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view text) const {
    while (!text.empty()) {
      const auto n = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  /// What comes until `mark` has, or the server ends the connection.
  std::string read_until(std::string_view mark) {
    for (std::size_t from = 0; received_.find(mark, from) == std::string::npos;) {
      from = std::max(received_.size(), mark.size()) - mark.size();
      if (!read_some()) break;
    }
    return received_;
  }
  std::string read_all() {
    while (read_some()) {
    }
    return received_;
  }
  void forget() { received_.clear(); }
  void close() { socket_.reset(); }
  /// Ends with a reset, as a client that crashes does.
  void crash() {
    const linger at_once{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

 private:
  bool read_some() {
    pollfd ready{socket_.get(), POLLIN, 0};
    if (::poll(&ready, 1, kLongest) != 1) {
      ADD_FAILURE() << "nothing came after: " << received_;
      return false;
    }
    std::array<char, 4096> part{};
    const auto n = ::recv(socket_.get(), part.data(), part.size(), 0);
    if (n <= 0) return false;
    received_.append(part.data(), static_cast<std::size_t>(n));
    return true;
  }

  Descriptor socket_;
  bool connected_ = false;
  std::string received_;
};

using ExchangePtr = std::shared_ptr<Exchange>;

inline std::unique_ptr<Server> serve(Handler handler, const Limits& limits = {}) {
  auto server = Server::listen({.limits = limits}, std::move(handler));
  EXPECT_TRUE(server) << server.error().message;
  return *std::move(server);
}

inline Response text(std::string body) {
  return {{.content_type = "text/plain"}, std::move(body)};
}

inline void echo(const ExchangePtr& exchange) {
  const Request& request = exchange->request();
  exchange->send(text(request.method + " " + request.path + " [" + request.query + "] " +
                      std::string(request.header("x-more")) + " " + request.body));
}

inline constexpr std::string_view kGet =
    "GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\nX-More: yes\r\n\r\n";

}  // namespace joulemark::http
