// SPDX-License-Identifier: Apache-2.0
#include "http/outbox.h"

namespace joulemark::http {

bool Outbox::advance(const Piece& piece) {
  if (std::holds_alternative<Response>(piece)) {
    if (state_ != State::kEmpty) return false;
    state_ = State::kEnded;
    return true;
  }
  if (std::holds_alternative<Head>(piece)) {
    if (state_ != State::kEmpty) return false;
    state_ = State::kBegun;
    return true;
  }
  if (std::holds_alternative<Abandoned>(piece)) {
    if (state_ == State::kEnded) return false;
    state_ = State::kEnded;
    return true;
  }
  if (state_ != State::kBegun) return false;
  if (std::holds_alternative<EndOfAnswer>(piece)) state_ = State::kEnded;
  return true;
}

void Outbox::put(Piece piece) {
  const std::lock_guard lock(mutex_);
  if (is_closed_ || !advance(piece)) return;
  const auto* response = std::get_if<Response>(&piece);
  if (is_awaited_ && response != nullptr && send(*response)) return;
  pieces_.push_back(std::move(piece));
  wake();
}

bool Outbox::send(const Response& response) {
  if (!events_.send) return false;
  auto sent = events_.send(response);
  if (!sent) return false;
  const bool leaves_work = !sent->rest.empty() || !sent->keeps_alive;
  pieces_.emplace_back(*std::move(sent));
  if (leaves_work || must_wake_)
    wake();
  else
    sent_at_ = std::chrono::steady_clock::now();
  return true;
}

/// Under the lock, so that after close() nobody is still being woken.
void Outbox::wake() {
  if (std::exchange(is_awaited_, false)) events_.wake();
}

std::vector<Piece> Outbox::take() {
  const std::lock_guard lock(mutex_);
  is_awaited_ = pieces_.empty();
  return std::exchange(pieces_, {});
}

bool Outbox::demand_wake() {
  const std::lock_guard lock(mutex_);
  must_wake_ = true;
  return !sent_at_;
}

std::optional<Outbox::Moment> Outbox::sent_at() const {
  const std::lock_guard lock(mutex_);
  return sent_at_;
}

void Outbox::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  events_ = {};
  pieces_.clear();
}

bool Outbox::is_closed() const {
  const std::lock_guard lock(mutex_);
  return is_closed_;
}

}  // namespace joulemark::http
