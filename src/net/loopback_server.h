// SPDX-License-Identifier: Apache-2.0
// A TCP server on the loopback, whose side of every connection its owner writes.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/descriptor.h"

namespace joulemark::net {

/// The server's end of a connection. The other side is not trusted.
class LoopbackConnection {
 public:
  /// Neither is owned; `ending` becomes readable when the server stops.
  LoopbackConnection(int socket, int ending) : socket_(socket), ending_(ending) {}

  /// What comes up to and with `mark`; nothing when the other side closes, the server stops, or the
  /// mark is not among 64 KiB.
  std::optional<std::string> read_until(std::string_view mark);
  /// As much as the other side takes.
  void write(std::string_view text) const;
  /// Says nothing for so long, or until the other side or the server ends.
  void stay_silent(int milliseconds) const { await(milliseconds); }

 private:
  /// Whether there is something to read.
  bool await(int milliseconds) const;

  int socket_;
  int ending_;
  std::string received_;
};

/// Serves every connection in a thread of its own until it is stopped, 64 at a time.
class LoopbackServer {
 public:
  /// Runs in several threads at once.
  using Serve = std::function<void(LoopbackConnection&)>;

  explicit LoopbackServer(Serve serve);
  ~LoopbackServer() { stop(); }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  /// One that was free; 0: there is none, and nobody is served.
  [[nodiscard]] int port() const { return port_; }
  /// Connections that were made so far.
  [[nodiscard]] int connections() const { return connections_; }
  /// Goes away: ends every connection and takes no new one.
  void stop();

 private:
  struct Served {
    std::shared_ptr<std::atomic<bool>> is_over;
    std::thread thread;
  };
  void accept_all();
  void serve(int accepted);

  Serve serve_;
  Descriptor listener_;
  Descriptor ending_;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::thread acceptor_;
  std::list<Served> served_;  ///< the acceptor's while it runs
};

}  // namespace joulemark::net
