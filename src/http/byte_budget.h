// SPDX-License-Identifier: Apache-2.0
// How many bytes of requests a server may hold, of all its clients together.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace joulemark::http {

/// Used from any thread.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t most) : most_(most) {}

  [[nodiscard]] std::size_t most() const { return most_; }
  [[nodiscard]] std::size_t held() const { return held_; }
  [[nodiscard]] bool has_room(std::size_t bytes) const {
    const std::size_t held = held_;
    return held <= most_ && bytes <= most_ - held;
  }

 private:
  friend class HeldBytes;
  /// Whether they had room; where not nothing is taken.
  bool take(std::size_t bytes) {
    std::size_t held = held_;
    do {
      if (held > most_ || bytes > most_ - held) return false;
    } while (!held_.compare_exchange_weak(held, held + bytes));
    return true;
  }
  void give_back(std::size_t bytes) { held_ -= bytes; }

  std::size_t most_;
  std::atomic<std::size_t> held_{0};
};

/// What one request has of a budget; goes back when this ends. Without a budget there is room for
/// everything.
class HeldBytes {
 public:
  HeldBytes() = default;
  explicit HeldBytes(std::shared_ptr<ByteBudget> budget) : budget_(std::move(budget)) {}
  ~HeldBytes() {
    if (budget_) budget_->give_back(bytes_);
  }
  HeldBytes(HeldBytes&& other) noexcept
      : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  HeldBytes& operator=(HeldBytes&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;

  [[nodiscard]] bool has_room(std::size_t bytes) const {
    return !budget_ || budget_->has_room(bytes);
  }
  /// Whether so many more had room.
  [[nodiscard]] bool grow(std::size_t bytes) {
    if (!budget_) return true;
    if (!budget_->take(bytes)) return false;
    bytes_ += bytes;
    return true;
  }

 private:
  std::shared_ptr<ByteBudget> budget_;
  std::size_t bytes_ = 0;
};

}  // namespace joulemark::http
