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
  pieces_.push_back(std::move(piece));
  // Under the lock, so that after close() nobody is still being woken.
  if (std::exchange(is_awaited_, false)) wake_();
}

std::vector<Piece> Outbox::take() {
  const std::lock_guard lock(mutex_);
  is_awaited_ = pieces_.empty();
  return std::exchange(pieces_, {});
}

void Outbox::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  wake_ = nullptr;
  pieces_.clear();
}

bool Outbox::is_closed() const {
  const std::lock_guard lock(mutex_);
  return is_closed_;
}

}  // namespace joulemark::http
