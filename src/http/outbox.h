// SPDX-License-Identifier: Apache-2.0
// What a handler's threads have said of an answer, until the connection's thread writes it.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "http/message.h"

namespace joulemark::http {

struct EndOfAnswer {};
/// The handler let go of an answer that it had not ended.
struct Abandoned {};
using Piece = std::variant<Response, Head, std::string, EndOfAnswer, Abandoned>;

/// Shared by both sides; each may go first.
class Outbox {
 public:
  /// `wake` is called once after a take() that found nothing, in the thread of whoever puts the
  /// next piece.
  explicit Outbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Dropped where it does not fit what was put before, and after close().
  void put(Piece piece);
  /// What was put since the last time. Where that is nothing, the next put() wakes.
  std::vector<Piece> take();
  /// The client went away, or the server: `wake` is not called any more.
  void close();
  [[nodiscard]] bool is_closed() const;

 private:
  enum class State { kEmpty, kBegun, kEnded };
  /// Whether the piece may come now, and what comes of it.
  bool advance(const Piece& piece);

  mutable std::mutex mutex_;
  std::function<void()> wake_;
  std::vector<Piece> pieces_;
  State state_ = State::kEmpty;
  bool is_awaited_ = false;
  bool is_closed_ = false;
};

}  // namespace joulemark::http
