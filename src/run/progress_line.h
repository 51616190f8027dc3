// SPDX-License-Identifier: Apache-2.0
// The words of the progress display, as pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "joulemark/result.h"
#include "run/progress.h"

namespace joulemark::run {

/// "45 s", "3 min 20 s", "2 h 05 min".
std::string duration_text(double seconds);

/// What of printable `text` fits into `columns` of a terminal, with "…" at its end where something
/// was cut.
std::string cut_to_width(std::string_view text, std::size_t columns);

/// Seconds left, by the trials that were measured: their mean for each trial that is left.
/// `estimate_s` of the plan until one has been measured.
class TimeLeft {
 public:
  TimeLeft(int trials, double estimate_s) : trials_(trials), estimate_s_(estimate_s) {}
  void finished(double elapsed_s);
  /// Not in a trial: all of them have their share of it.
  void rested(double elapsed_s) { elapsed_s_ += elapsed_s; }
  /// So many of the trials are left out.
  void fewer(int trials) { trials_ -= trials; }
  [[nodiscard]] double seconds() const;

 private:
  int trials_;
  double estimate_s_;
  int finished_ = 0;
  double elapsed_s_ = 0;
};

/// "1.84 W" and the like from the total energy of the window; "" when it was not measured.
std::string watts_text(const TrialRecord& record);

/// "idle before block 3  6.5 W  41 °C  processors 2 % busy", as far as it is known, without a line
/// end; `when` is "before block 3".
std::string rest_line(const std::string& when, const IdleBracket& bracket);

/// "trial 12/80  resnet50  onnxruntime cpu f32 t2 b1  ok  4.21 ms  38.2 W", without a line end.
std::string result_line(const TrialPlace& place, const TrialRecord& record);

}  // namespace joulemark::run
