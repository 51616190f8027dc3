// SPDX-License-Identifier: Apache-2.0
// A TCP server on the loopback whose side of every connection a test writes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/descriptor.h"

namespace joulemark::net {

/// The server's end of a connection.
class LoopbackConnection {
 public:
  LoopbackConnection(int socket, int ending) : socket_(socket), ending_(ending) {}

  /// What comes up to and with `mark`; nothing when the other side closes or the server stops.
  std::optional<std::string> read_until(std::string_view mark) {
    for (;;) {
      if (const auto at = received_.find(mark); at != std::string::npos) {
        std::string text = received_.substr(0, at + mark.size());
        received_.erase(0, at + mark.size());
        return text;
      }
      if (!await(-1)) return std::nullopt;
      char bytes[4096];
      const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0) return std::nullopt;
      received_.append(bytes, static_cast<std::size_t>(count));
    }
  }
  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  /// Says nothing for so long, or until the other side or the server ends.
  void stay_silent(int milliseconds) const { await(milliseconds); }

 private:
  /// Whether there is something to read.
  bool await(int milliseconds) const {
    pollfd wanted[2] = {{socket_, POLLIN, 0}, {ending_, POLLIN, 0}};
    while (poll(wanted, 2, milliseconds) < 0 && errno == EINTR) {
    }
    return wanted[0].revents != 0;
  }

  int socket_;
  int ending_;
  std::string received_;
};

/// Serves every connection in a thread of its own until it is stopped.
class LoopbackServer {
 public:
  using Serve = std::function<void(LoopbackConnection&)>;

  explicit LoopbackServer(Serve serve) : serve_(std::move(serve)) {
    listener_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ending_.reset(eventfd(0, EFD_CLOEXEC));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_.get(), any, size) != 0 || listen(listener_.get(), 16) != 0 ||
        getsockname(listener_.get(), any, &size) != 0)
      std::abort();
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~LoopbackServer() { stop(); }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// Connections that were made so far.
  [[nodiscard]] int connections() const { return connections_; }
  /// Goes away: ends every connection and takes no new one.
  void stop() {
    const std::uint64_t one = 1;
    if (!acceptor_.joinable() || ::write(ending_.get(), &one, sizeof one) < 0) return;
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    listener_.reset();
  }

 private:
  void accept_all() {
    pollfd wanted[2] = {{listener_.get(), POLLIN, 0}, {ending_.get(), POLLIN, 0}};
    for (;;) {
      while (poll(wanted, 2, -1) < 0 && errno == EINTR) {
      }
      if (wanted[1].revents != 0) return;
      const int accepted = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) continue;
      ++connections_;
      threads_.emplace_back([this, accepted] {
        const Descriptor owner(accepted);
        LoopbackConnection connection(accepted, ending_.get());
        serve_(connection);
      });
    }
  }

  Serve serve_;
  Descriptor listener_;
  Descriptor ending_;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::thread acceptor_;
  std::vector<std::thread> threads_;  ///< the acceptor's while it runs
};

/// "HTTP/1.1 200 OK" with a body.
inline std::string http_answer(const std::string& body, const std::string& status = "200 OK",
                               const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

/// A server that answers every request, its first line and headers, with what `answer` gives; it
/// closes the connection where that is "".
inline LoopbackServer::Serve serve_http(std::function<std::string(const std::string&)> answer) {
  return [answer = std::move(answer)](LoopbackConnection& connection) {
    while (const auto request = connection.read_until("\r\n\r\n")) {
      const std::string text = answer(*request);
      if (text.empty()) return;
      connection.write(text);
    }
  };
}

}  // namespace joulemark::net
