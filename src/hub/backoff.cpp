// SPDX-License-Identifier: Apache-2.0
// Exponential pauses that Ctrl-C ends.
#include "hub/backoff.h"

#include <algorithm>

namespace joulemark::hub {
namespace {

constexpr double kFirstPauseSeconds = 0.5;
constexpr double kLongestAskedSeconds = 120;
constexpr double kStepSeconds = 0.1;
constexpr int kMaxPauses = 4;
constexpr int kMaxPausesUnreached = 2;

}  // namespace

bool Backoff::wait_after(const HubFailure& failure) {
  if (failure.reason != HubFailure::Reason::kNetwork) return false;
  const bool unreached = failure.error.kind == ErrorKind::kMachine;
  if (attempts_ >= (unreached ? kMaxPausesUnreached : kMaxPauses)) return false;
  if (failure.retry_after_s > kLongestAskedSeconds) return false;
  const double pause_s = std::max(kFirstPauseSeconds * (1 << attempts_++), failure.retry_after_s);
  const auto is_interrupted = [&] { return interrupted_ != nullptr && interrupted_->load(); };
  const Nanoseconds end = clock_.now() + to_nanoseconds(pause_s);
  for (Nanoseconds now = clock_.now(); now < end && !is_interrupted(); now = clock_.now())
    clock_.sleep_until(std::min(end, now + to_nanoseconds(kStepSeconds)));
  return !is_interrupted();
}

}  // namespace joulemark::hub
