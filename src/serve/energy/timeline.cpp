// SPDX-License-Identifier: Apache-2.0
#include "serve/energy/timeline.h"

#include <algorithm>
#include <utility>

namespace joulemark::serve {
namespace {

constexpr const char* kMethod =
    "of the joules between two readings of the sensors the part that the engine's time for this "
    "request, by tokens or rows of its batch, is of the time between them";

/// The part of the batch's time, while the job was in it, that was the job's own.
double part_of_batch(const Served& served) {
  const Nanoseconds time = served.end - served.begin;
  return time <= 0 ? 0
                   : std::clamp(static_cast<double>(served.engine_time) / static_cast<double>(time),
                                0.0, 1.0);
}

double part_of_span(const Served& served, const EnergySpan& span) {
  const Nanoseconds shared = std::min(served.end, span.end) - std::max(served.begin, span.begin);
  return static_cast<double>(std::max<Nanoseconds>(shared, 0)) /
         static_cast<double>(span.end - span.begin);
}

}  // namespace

EnergyShare absent_share(std::string reason) {
  EnergyShare share;
  share.reason = std::move(reason);
  return share;
}

void EnergyTimeline::add(EnergySpan span) {
  spans_.push_back(std::move(span));
  if (spans_.size() > most_) spans_.pop_front();
}

bool EnergyTimeline::covers(Nanoseconds t) const {
  return !spans_.empty() && spans_.back().end >= t;
}

EnergyShare EnergyTimeline::share_of(const Served& served) const {
  if (served.begin == 0) return absent_share("the engine never began with the request");
  auto span = std::upper_bound(spans_.begin(), spans_.end(), served.begin,
                               [](Nanoseconds t, const EnergySpan& one) { return t < one.end; });
  if (span == spans_.end() || served.begin < span->begin)
    return absent_share("the request began before the first reading that is kept");
  EnergyShare share;
  for (; span != spans_.end() && (span->begin < served.end || share.window_s == 0); ++span) {
    if (!span->reason.empty()) return absent_share(span->reason);
    share.window_s += to_seconds(span->end - span->begin);
    share.window_joules += span->joules;
    share.joules += span->joules * part_of_span(served, *span) * part_of_batch(served);
  }
  share.measured = true;
  share.share = share.window_joules > 0 ? share.joules / share.window_joules : 0;
  share.method = kMethod;
  return share;
}

}  // namespace joulemark::serve
