// SPDX-License-Identifier: Apache-2.0
// Variances, of successive differences d of samples that are s apart. A mean over at least s that
// changes now and then does so at a moment that is uniform between two samples, which a trapezoid
// misses by d·s·(U − ½): d²s²/12. Of instants, one change may always lie at the begin of a step, as
// work does that begins with the window: d²s²/4 holds it. Where each stands for itself, d² is twice
// the variance of the power (von Neumann 1941) and −d·d' of neighbouring differences once, and each
// instant stands for s: half of the second, added to the first, is that variance times s².
#include "sensors/gauges/gauge_window.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace joulemark::sensors {
namespace {

using Sample = PowerIntegral::Sample;

/// Part of an update period that a mean has to cover to count as all of it.
constexpr double kNearlyAll = 0.9;

/// A mean hides a load that repeats a whole number of times in it, between the least power that was
/// seen and as much above the mean as it may be. An edge somewhere in it is off by (1 − f)/√12 of
/// one repetition's energy, where f is the part of it at the higher power; one that is longer than
/// this fits too rarely to be thought of.
constexpr double kHiddenS = 0.1;
constexpr double kHiddenPart = 0.3;
/// One piece of work changes as many readings, two where it begins and two where it ends. A power
/// that does no more than that is taken to stand still.
constexpr int kStillChanges = 4;
/// Of fewer updates so few changes tell nothing.
constexpr int kStillUpdates = 5 * kStillChanges;
constexpr double kLookBackS = 2;
/// Part of the whole window's variance below which that near an edge is no chance.
constexpr double kQuietPart = 0.2;
/// What is looked at around an edge at least: of less, a moment's rest would be taken for more.
constexpr double kNearS = 1;
/// What few samples tell of their variance is less sure: about as Student's factor is larger than
/// the normal one, squared, and once more, for powers of two levels tell less of it than normal
/// ones.
constexpr double kFewSamples = 10;

double square(double x) {
  return x * x;
}

/// What accumulates over the steps between samples of a span of time.
class Span {
 public:
  Span(const GaugeTiming& timing, Nanoseconds begin, Nanoseconds end)
      : timing_(timing), begin_(begin), end_(end) {}

  void add(const Sample& from, const Sample& to) {
    const double s = to_seconds(to.t - from.t);
    const double left_w = watts_at(from, to, std::max(from.t, begin_));
    const double right_w = watts_at(from, to, std::min(to.t, end_));
    const double inside_s = to_seconds(std::min(to.t, end_) - std::max(from.t, begin_));
    joules_ += (left_w + right_w) / 2 * inside_s;
    if (from.t <= begin_) first_w_ = left_w;
    last_w_ = right_w;
    const double d = to.watts - from.watts;
    add_sampling(d, s, std::min(1.0, inside_s / s));
    square_differences_ += square(d);
    ++steps_;
    least_w_ = std::min({least_w_, from.watts, to.watts});
    most_w_ = std::max({most_w_, from.watts, to.watts});
    add_to_run(from, d, inside_s);
  }

  [[nodiscard]] double joules() const { return joules_; }
  [[nodiscard]] double sampling_var() const {
    return (sampling_var_ + std::max(0.0, alternating_var_)) *
           (1 + kFewSamples / std::max(1, steps_));
  }
  [[nodiscard]] double swing_w() const { return std::max(0.0, most_w_ - least_w_); }
  [[nodiscard]] double edges_w() const { return first_w_ + last_w_; }
  /// Of loads that the means at both edges may hide, above `idle_w`.
  [[nodiscard]] double hidden_var(double idle_w) const {
    const double s = kHiddenPart * std::min(timing_.average_s + timing_.unsure_s, kHiddenS);
    return square(s) * (square(first_w_ - idle_w) + square(last_w_ - idle_w));
  }
  /// Samples of equal value are off by the same part of a step, others by parts of their own.
  [[nodiscard]] double step_var() const { return step_var_ + square(run_step_w_ * run_s_) / 6; }
  /// Of means that have no time in common: differences of those that have are smaller by the share
  /// that they have in common.
  [[nodiscard]] double power_var() const {
    const double length_s = to_seconds(end_ - begin_);
    const double interval_s = std::max(timing_.update_s, length_s / std::max(1, steps_));
    const double updates = std::max(1.0, length_s / interval_s);
    return square_differences_ / 2 / updates * std::max(1.0, timing_.average_s / interval_s);
  }

 private:
  static double watts_at(const Sample& from, const Sample& to, Nanoseconds t) {
    const double share = to_seconds(t - from.t) / to_seconds(to.t - from.t);
    return from.watts + (to.watts - from.watts) * share;
  }

  void add_sampling(double d, double s, double inside) {
    const bool sees_all = timing_.average_s >= kNearlyAll * timing_.update_s;
    const double spacing_s = sees_all ? s : std::max(s, timing_.update_s);
    const double unseen = std::max(0.0, 1 - timing_.average_s / spacing_s);
    const double weighted = d * spacing_s * std::sqrt(unseen * inside);
    sampling_var_ += square(d * spacing_s) * inside * (1 - unseen) / 12 + square(weighted) / 4;
    alternating_var_ -= weighted * last_weighted_ / 2;
    last_weighted_ = weighted;
  }

  void add_to_run(const Sample& from, double d, double inside_s) {
    run_step_w_ = std::max(run_step_w_, from.step_w);
    run_s_ += inside_s;
    if (d == 0) return;
    step_var_ += square(run_step_w_ * run_s_) / 6;
    run_s_ = 0;
    run_step_w_ = 0;
  }

  const GaugeTiming& timing_;
  Nanoseconds begin_;
  Nanoseconds end_;
  double joules_ = 0;
  double sampling_var_ = 0;
  double alternating_var_ = 0;
  double last_weighted_ = 0;
  double square_differences_ = 0;
  int steps_ = 0;
  double least_w_ = INFINITY;
  double most_w_ = -INFINITY;
  double first_w_ = 0;
  double last_w_ = 0;
  double step_var_ = 0;
  double run_step_w_ = 0;
  double run_s_ = 0;
};

/// Readings between two times that differ from the one before by more than a step.
int changes_between(const PowerIntegral& integral, Nanoseconds begin, Nanoseconds end) {
  int changes = 0;
  for (std::size_t i = integral.at_or_before(begin).value_or(0);
       i + 1 < integral.size() && integral[i].t < end; ++i) {
    const double change_w = std::abs(integral[i + 1].watts - integral[i].watts);
    changes += change_w > integral[i].step_w ? 1 : 0;
  }
  return changes;
}

bool stands_still(const PowerIntegral& integral, const GaugeTiming& timing,
                  const GaugeWindow& window) {
  if (changes_between(integral, window.begin, window.end) == 0) return true;
  const Nanoseconds since = window.begin - to_nanoseconds(kLookBackS);
  const bool is_much_seen = to_seconds(window.end - since) >= kStillUpdates * timing.update_s;
  return is_much_seen && changes_between(integral, since, window.end) <= kStillChanges;
}

/// How much the readings changed while they remembered what was before the window.
double swing_before_w(const PowerIntegral& integral, Nanoseconds begin, double memory_s) {
  const auto last = integral.at_or_before(begin);
  if (!last) return 0;
  double least_w = integral[*last].watts;
  double most_w = least_w;
  const Nanoseconds since = begin - to_nanoseconds(memory_s);
  for (std::size_t i = *last; i > 0 && integral[i].t > since; --i) {
    least_w = std::min(least_w, integral[i - 1].watts);
    most_w = std::max(most_w, integral[i - 1].watts);
  }
  return most_w - least_w;
}

std::optional<Span> span_between(const PowerIntegral& integral, const GaugeTiming& timing,
                                 const GaugeWindow& window) {
  const auto first = integral.at_or_before(window.begin);
  if (!first || window.end <= window.begin || !integral.at_or_before(window.end))
    return std::nullopt;
  Span span(timing, window.begin, window.end);
  for (std::size_t i = *first; i + 1 < integral.size() && integral[i].t < window.end; ++i) {
    const Sample& from = integral[i];
    const Sample& to = integral[i + 1];
    if (to_seconds(to.t - from.t) > window.longest_step_s) return std::nullopt;
    if (to.t > window.begin && to.t > from.t) span.add(from, to);
  }
  return span;
}

/// The energy where a power that changes near an edge is not taken to change at it: readings stand
/// for the time that they are the mean of or, where nobody tells how late they are, for the
/// present.
double unshifted_j(const PowerIntegral& integral, const GaugeTiming& timing, GaugeWindow window,
                   double otherwise_j) {
  const Nanoseconds late = timing.is_guessed ? 0 : to_nanoseconds(timing.memory_s() / 2);
  window.begin += late;
  window.end += late;
  const auto span = span_between(integral, timing, window);
  return span ? span->joules() : otherwise_j;
}

/// Of the power around an edge, as far as readings remember it: that of all of `whole`, unless it
/// was much more even there.
double power_var_at(const PowerIntegral& integral, const GaugeTiming& timing, Nanoseconds edge,
                    const Span& whole) {
  const Nanoseconds around = to_nanoseconds(std::max(timing.memory_s(), kNearS));
  const double all = whole.power_var();
  const auto near = span_between(integral, timing,
                                 {.begin = edge - around,
                                  .end = edge + around,
                                  .longest_step_s = std::numeric_limits<double>::infinity()});
  if (!near) return all;
  return near->power_var() < kQuietPart * all ? near->power_var() : all;
}

}  // namespace

std::optional<GaugeEnergy> energy_of_window(const PowerIntegral& integral,
                                            const GaugeTiming& timing, const GaugeWindow& window) {
  const double memory_s = timing.memory_s();
  GaugeWindow later = window;
  later.end += to_nanoseconds(memory_s);
  const auto span_later = span_between(integral, timing, later);
  const double outside_j = span_later ? span_later->edges_w() * memory_s / 2 : 0;
  if (span_later && span_later->joules() >= outside_j) {
    // Of each edge: how uneven the power was within a mean, and within the time since its update.
    const double per_power_var =
        memory_s * ((timing.average_s + timing.unsure_s) / 12 + timing.update_s / 4);
    const double begin_var =
        power_var_at(integral, timing, window.begin, *span_later) * per_power_var;
    const double end_var = power_var_at(integral, timing, window.end, *span_later) * per_power_var;
    // A load that changed shortly before: the reading at the begin does not tell all of it.
    const double before_var =
        square(swing_before_w(integral, window.begin, memory_s) * memory_s / 2) / 3;
    const double hidden_var =
        stands_still(integral, timing, later) ? 0 : span_later->hidden_var(integral.least_w());
    const double joules = span_later->joules() - outside_j;
    const double doubt_var = square(joules - unshifted_j(integral, timing, window, joules)) / 3;
    return GaugeEnergy{
        .joules = joules,
        .uncertainty_j = std::sqrt(span_later->sampling_var() + std::max(begin_var, before_var) +
                                   end_var + span_later->step_var() + hidden_var + doubt_var)};
  }
  const auto span = span_between(integral, timing, window);
  if (!span) return std::nullopt;
  const double edge_var = square(span->swing_w() * (timing.average_s / 2 + timing.update_s)) / 3;
  return GaugeEnergy{
      .joules = span->joules(),
      .uncertainty_j = std::sqrt(span->sampling_var() + edge_var + span->step_var())};
}

}  // namespace joulemark::sensors
