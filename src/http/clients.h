// SPDX-License-Identifier: Apache-2.0
// Who is connected to a server.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <set>
#include <vector>

namespace joulemark::http {

using Moment = std::chrono::steady_clock::time_point;

/// A connected client, as the server sees it. Called in the loop's thread alone.
class ConnectedClient {
 public:
  virtual ~ConnectedClient() = default;
  /// Ends the connection if no request of it has begun, else behind the answer.
  virtual void finish() = 0;
  /// Ends it now.
  virtual void cut() = 0;
  /// Until when it has to do what is waited for.
  [[nodiscard]] virtual Moment deadline() const = 0;
};

/// Changed in the loop's thread alone, counted in any.
class Clients {
 public:
  void add(ConnectedClient* client);
  void remove(ConnectedClient* client);
  [[nodiscard]] std::vector<ConnectedClient*> all() const;
  /// Cuts those whose deadline is over.
  void cut_late(Moment now) const;
  [[nodiscard]] std::size_t count() const;
  /// Whether there is none, now or within that time.
  bool wait_until_none(std::chrono::milliseconds longest) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable none_;
  std::set<ConnectedClient*> clients_;
};

}  // namespace joulemark::http
