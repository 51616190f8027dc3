// SPDX-License-Identifier: Apache-2.0
// What is to be done when, in the order of the times.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace joulemark::http {

class Timers {
 public:
  /// A time and a number that tells equal times apart, in the order of their coming.
  using Id = std::pair<Nanoseconds, std::uint64_t>;

  Id add(Nanoseconds when, std::function<void()> what) {
    const Id id{when, ++last_};
    waiting_.emplace(id, std::move(what));
    return id;
  }
  /// Nothing when it was taken before.
  void cancel(const Id& id) { waiting_.erase(id); }
  void clear() { waiting_.clear(); }
  [[nodiscard]] bool is_empty() const { return waiting_.empty(); }
  [[nodiscard]] std::optional<Nanoseconds> next() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.begin()->first.first;
  }
  /// The first whose time has come; null when there is none.
  std::function<void()> take_due(Nanoseconds now) {
    if (waiting_.empty() || waiting_.begin()->first.first > now) return nullptr;
    return std::move(waiting_.extract(waiting_.begin()).mapped());
  }

 private:
  std::map<Id, std::function<void()>> waiting_;
  std::uint64_t last_ = 0;
};

}  // namespace joulemark::http
