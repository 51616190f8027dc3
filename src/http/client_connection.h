// SPDX-License-Identifier: Apache-2.0
// A client's connection: one call after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/client.h"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace joulemark::http {

/// How a call ended on its connection.
struct CallEnd {
  Nanoseconds at = 0;
  std::optional<Failure> failure = {};
  bool keeps_alive = false;  ///< the connection can carry another call
  bool had_answer = false;   ///< a byte of an answer had come
};

/// A call as a connection carries it.
struct Carried {
  std::string head = {};  ///< request line and headers as they go on the wire
  std::shared_ptr<const std::string> body = {};
  bool is_head = false;  ///< the answer has no body, whatever its headers say
  std::size_t most_bytes = 0;
  std::size_t header_bytes = 0;
  std::shared_ptr<AnswerSink> sink = {};
  std::function<void(const CallEnd&)> then = {};  ///< comes once
};

/// One server, and what its connections share.
struct Site;
struct CloseSite {
  void operator()(Site* site) const;
};
using SitePtr = std::unique_ptr<Site, CloseSite>;
/// `tls` null: plain. It and `loop` must outlive the site and its connections.
SitePtr open_site(boost::asio::io_context& loop, const Url& url, boost::asio::ssl::context* tls);

class ClientConnection {
 public:
  virtual ~ClientConnection() = default;
  /// Connects where it is not yet, and sends. Not while a call is under way.
  virtual void carry(Carried call) = 0;
  /// Whether the server has kept the connection, as far as it is known here.
  [[nodiscard]] virtual bool is_alive() = 0;
  /// Ends it, and the call that is under way with this failure.
  virtual void cut(const Failure& failure) = 0;
};

/// Not yet connected. The site must outlive it.
std::shared_ptr<ClientConnection> make_connection(Site& site);

}  // namespace joulemark::http
