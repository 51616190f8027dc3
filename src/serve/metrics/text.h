// SPDX-License-Identifier: Apache-2.0
// Prometheus' text format, version 0.0.4.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace joulemark::serve {

/// A label and its value, which is escaped here.
using Label = std::pair<std::string_view, std::string_view>;
using Labels = std::initializer_list<Label>;

/// Counts of observations up to bounds that are given with every call, in increasing order.
class Histogram {
 public:
  static constexpr std::size_t kMaxBounds = 24;
  void observe(double value, std::span<const double> bounds);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }
  /// Of observations in bucket `i`, not of those below it.
  [[nodiscard]] std::uint64_t in_bucket(std::size_t i) const { return buckets_[i]; }

 private:
  std::array<std::uint64_t, kMaxBounds> buckets_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

/// Writes families one behind the other.
class MetricsText {
 public:
  /// `common` stands on every line of the families that follow, until it is set again.
  void set_common(std::string_view name, std::string_view value);
  void no_common() { common_.clear(); }

  /// The family's head; its samples follow. `type` is "counter", "gauge" or "histogram".
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(double value, Labels labels = {});
  void histogram(const Histogram& histogram, std::span<const double> bounds, Labels labels = {});
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void line(std::string_view suffix, double value, Labels labels, std::string_view bound);
  void label(const Label& label, char& separator);

  std::string out_;
  std::string common_;
  std::string family_;
};

}  // namespace joulemark::serve
