// SPDX-License-Identifier: Apache-2.0
// Scripted powers over time, whose energy between any two times is known exactly.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace joulemark::sim {

/// Watts as a function of the seconds since the start of a script; what is asked for before the
/// start is the start. A value: copies share what they were made of. Thread-safe.
class Waveform {
 public:
  /// One kind of curve.
  class Shape {
   public:
    virtual ~Shape() = default;
    [[nodiscard]] virtual double watts(double at_s) const = 0;
    /// Joules from second 0 to `to_s` >= 0, in closed form.
    [[nodiscard]] virtual double joules_until(double to_s) const = 0;
  };

  /// 0 W.
  Waveform();
  /// A waveform from a text: a kind and its numbers, "square watts=90 period=0.5 duty=0.3". Times
  /// are seconds; `idle` (0) is the power outside of what the others describe:
  ///   constant WATTS [start=0] [idle=]
  ///   square watts= period= [duty=0.5] [phase=0] [start=0] [idle=]
  ///                                 `phase` of a period is over at the start
  ///   poisson watts= rate= busy= [seed=1] [start=0] [idle=]
  ///                                 requests of `busy` s that arrive at random, `rate` a second,
  ///                                 and wait for one another
  ///   burst watts= start= duration= [idle=]
  ///   ramp from= to= start= duration=
  static Result<Waveform> parse(std::string_view text);

  /// Parsed, it gives the same waveform: all of its numbers by name.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] double watts(double at_s) const { return shape_->watts(at_s > 0 ? at_s : 0); }
  /// Joules between two times.
  [[nodiscard]] double integral(double from_s, double to_s) const {
    return shape_->joules_until(to_s > 0 ? to_s : 0) -
           shape_->joules_until(from_s > 0 ? from_s : 0);
  }

 private:
  Waveform(std::shared_ptr<const Shape> shape, std::string text)
      : shape_(std::move(shape)), text_(std::move(text)) {}
  std::shared_ptr<const Shape> shape_;
  std::string text_;
};

}  // namespace joulemark::sim
