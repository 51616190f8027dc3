// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server: connections, limits, TLS. Clients are not trusted.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "http/exchange.h"

namespace joulemark::http {

/// PEM files.
struct TlsFiles {
  std::string certificate;  ///< the server's first, then those that vouch for it
  std::string key;
};

/// What clients may take. One that takes more is told so where the protocol has a status
/// for it (413, 431, 503), and its connection ends.
struct Limits {
  std::size_t connections = 10'000;
  std::size_t header_bytes = 16'384;
  std::size_t body_bytes = std::size_t{64} << 20;
  /// Of all clients together: bodies that have come, until their requests are answered.
  std::size_t held_bytes = std::size_t{256} << 20;
  std::chrono::milliseconds idle{60'000};    ///< until a request begins
  std::chrono::milliseconds header{10'000};  ///< until its head is there
  std::chrono::milliseconds body{60'000};    ///< and then its body
  std::chrono::milliseconds write{30'000};   ///< until it has taken a part of an answer
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6, no name
  int port = 0;                       ///< 0: one that is free
  std::optional<TlsFiles> tls = {};
  Limits limits = {};
};

/// Serves in a thread of its own from listen() on.
class Server {
 public:
  /// kMachine when the address cannot be had, kUsage when it or the TLS files are none.
  static Result<std::unique_ptr<Server>> listen(const ServerOptions& options, Handler handler);
  /// Cuts what is still connected. The handler is not called any more.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] int port() const;
  /// How many clients are connected now.
  [[nodiscard]] std::size_t connections() const;
  /// Of the bodies that have come and whose requests are not answered yet.
  [[nodiscard]] std::size_t held_bytes() const;
  /// Takes no new connection, lets requests that have come be answered, for at most that long.
  /// Whether all were.
  bool drain(std::chrono::milliseconds longest);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace joulemark::http
