// SPDX-License-Identifier: Apache-2.0
// The newest of many values, in memory that is taken once.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace joulemark {

/// Keeps the newest `capacity` values, the oldest first. Its memory is reserved when it is made, so
/// that adding a value allocates nothing.
template <class T>
class Ring {
 public:
  explicit Ring(std::size_t capacity) : capacity_(capacity) { values_.reserve(capacity); }

  void push(T value) {
    if (values_.size() < capacity_) {
      values_.push_back(std::move(value));
      return;
    }
    values_[oldest_] = std::move(value);
    oldest_ = (oldest_ + 1) % capacity_;
  }

  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] const T& operator[](std::size_t index) const {
    return values_[(oldest_ + index) % values_.size()];
  }
  [[nodiscard]] const T& back() const { return (*this)[size() - 1]; }

 private:
  std::size_t capacity_;
  std::size_t oldest_ = 0;
  std::vector<T> values_;
};

}  // namespace joulemark
