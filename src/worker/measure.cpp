// SPDX-License-Identifier: Apache-2.0
// Keep what stands between two clock reads down to the call itself.
#include "worker/measure.h"

#include <algorithm>

namespace joulemark::worker {
namespace {

/// Records shorter than this would be a measurement of the clock.
constexpr double kShortestRecordNs = 1000;
/// Calls may turn out this much faster than the warm-up said before records are merged.
constexpr double kHeadroom = 1.5;
constexpr std::size_t kSpareRecords = 64;

inline jm_status call(const Subject& subject, std::int64_t calls) {
  for (std::int64_t i = 0; i < calls; ++i) {
    if (const jm_status status = subject.run(subject.model, subject.message); status != JM_OK) {
      return status;
    }
  }
  return JM_OK;
}

}  // namespace

void Measurement::prepare(double iteration_ns, const WindowLimits& limits) {
  const double call_ns = std::max(iteration_ns, 1.0);
  const double expected = std::max(static_cast<double>(limits.min_ns) / call_ns,
                                   static_cast<double>(limits.min_iterations));
  calls_per_record_ = 1;
  const auto calls = [&] { return static_cast<double>(calls_per_record_); };
  while (calls() * call_ns < kShortestRecordNs ||
         expected / calls() * kHeadroom > static_cast<double>(kMaxRecords - kSpareRecords)) {
    calls_per_record_ *= 2;
  }
  const std::size_t needed =
      static_cast<std::size_t>(expected / calls() * kHeadroom) + kSpareRecords;
  const std::size_t even = needed + needed % 2;
  // Assigning touches every page, so that no record waits for one.
  if (records_.size() < even) records_.assign(even, 0);
  used_ = 0;
  t0_ns_ = t1_ns_ = 0;
}

jm_status Measurement::run(const Subject& subject, const WindowLimits& limits) {
  std::int64_t iterations = 0;
  used_ = 0;
  const Nanoseconds start = monotonic_now();
  Nanoseconds last = start;
  for (;;) {
    const jm_status status = call(subject, calls_per_record_);
    const Nanoseconds now = monotonic_now();
    if (status != JM_OK) [[unlikely]] {
      used_ = 0;
      return status;
    }
    records_[used_++] = now - last;
    last = now;
    iterations += calls_per_record_;
    if (now - start >= limits.min_ns && iterations >= limits.min_iterations) break;
    if (used_ == records_.size()) [[unlikely]] {
      merge_neighbours();
      last = monotonic_now();
    }
  }
  t0_ns_ = start;
  t1_ns_ = last;
  return JM_OK;
}

void Measurement::merge_neighbours() {
  for (std::size_t i = 0; i < used_ / 2; ++i) {
    records_[i] = records_[2 * i] + records_[2 * i + 1];
  }
  used_ /= 2;
  calls_per_record_ *= 2;
}

jm_status time_calls(const Subject& subject, std::int64_t calls, Nanoseconds& elapsed) {
  const Nanoseconds start = monotonic_now();
  const jm_status status = call(subject, calls);
  if (status == JM_OK) elapsed = monotonic_now() - start;
  return status;
}

}  // namespace joulemark::worker
