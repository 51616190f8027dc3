// SPDX-License-Identifier: Apache-2.0
// What a handler's threads have said of an answer, until the connection's thread writes it, or they
// do so themselves.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "http/message.h"

namespace joulemark::http {

struct EndOfAnswer {};
/// The handler let go of an answer that it had not ended.
struct Abandoned {};
/// An answer that its maker's thread has sent, but for these bytes.
struct Sent {
  std::string rest;
  bool keeps_alive = true;  ///< as its head says
};
using Piece = std::variant<Response, Head, std::string, EndOfAnswer, Abandoned, Sent>;

/// The connection's side of an outbox.
struct OutboxEvents {
  /// Called once after a take() that found nothing, in the thread of whoever puts the next piece.
  std::function<void()> wake;
  /// Called instead for a whole answer, in that thread: sends of it what can be sent at once.
  /// Nothing: it did not begin to. May be null.
  std::function<std::optional<Sent>(const Response& response)> send = nullptr;
};

/// Shared by both sides; each may go first.
class Outbox {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit Outbox(OutboxEvents events) : events_(std::move(events)) {}

  /// Dropped where it does not fit what was put before, and after close().
  void put(Piece piece);
  /// What was put since the last time. Where that is nothing, the next put() wakes, unless it sends
  /// an answer that leaves the connection nothing to do: that is found when the client is looked
  /// at.
  std::vector<Piece> take();
  /// From here on every put() wakes. False: an answer was sent before, without a word.
  bool demand_wake();
  /// When an answer was sent without a word.
  [[nodiscard]] std::optional<Moment> sent_at() const;
  /// The client went away, or the server: no event is called any more, nor still being called.
  void close();
  [[nodiscard]] bool is_closed() const;

 private:
  enum class State { kEmpty, kBegun, kEnded };
  /// Whether the piece may come now, and what comes of it.
  bool advance(const Piece& piece);
  /// Puts what came of sending it; false where nothing was sent.
  bool send(const Response& response);
  void wake();

  mutable std::mutex mutex_;
  OutboxEvents events_;
  std::vector<Piece> pieces_;
  State state_ = State::kEmpty;
  std::optional<Moment> sent_at_;
  bool is_awaited_ = false;
  bool must_wake_ = false;
  bool is_closed_ = false;
};

}  // namespace joulemark::http
