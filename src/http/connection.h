// SPDX-License-Identifier: Apache-2.0
// One client: its requests, one after the other, and their answers.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "http/byte_budget.h"
#include "http/clients.h"
#include "http/date.h"
#include "http/server.h"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace joulemark::http {

/// What all connections of a server share.
struct Shared {
  Shared(const Limits& all_limits, Handler their_handler)
      : limits(all_limits),
        handler(std::move(their_handler)),
        bodies(std::make_shared<ByteBudget>(all_limits.held_bytes)) {}
  Limits limits;
  Handler handler;
  std::shared_ptr<ByteBudget> bodies;  ///< shared with exchanges, which may outlive the server
  Clients clients;
  DateNow date;
  std::array<char, 65'536> scratch;  ///< what is read from a socket, until it is parsed
  std::atomic<bool> is_draining = false;
};

/// Serves the connected, non-blocking socket `fd`, which it owns, until either side ends.
/// `tls` null: plain. `loop`, `shared` and `tls` must outlive the connection. Whoever calls it has
/// Clients::cut_late() called from time to time: a connection has no timer of its own.
void start_connection(boost::asio::io_context& loop, Shared& shared, boost::asio::ssl::context* tls,
                      int fd);

}  // namespace joulemark::http
