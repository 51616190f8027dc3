// SPDX-License-Identifier: Apache-2.0
// The steady-state rule and the loop that waits for it.
#include "worker/warmup.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace joulemark::worker {
namespace {

constexpr double kMaxTrend = 0.02;
constexpr double kMaxScatter = 0.05;
constexpr double kMadToSd = 1.4826;
constexpr Nanoseconds kShortestRecordNs = 20'000;
constexpr Nanoseconds kRecordsInFloor = 40;

double median(std::vector<double> values) {
  const std::size_t half = values.size() / 2;
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(half));
  const double upper = values[half];
  if (values.size() % 2 == 1) return upper;
  const double lower =
      *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half));
  return (lower + upper) / 2;
}

double median(std::span<const double> values) {
  return median(std::vector<double>(values.begin(), values.end()));
}

/// Fewer than 20 records when 20 would not fit into half the cap.
std::size_t window_size(double record_ns, Nanoseconds max_ns) {
  const double fit = static_cast<double>(max_ns) / 2 / std::max(record_ns, 1.0);
  return static_cast<std::size_t>(std::clamp(fit, static_cast<double>(kFewestSteadyRecords),
                                             static_cast<double>(kSteadyRecords)));
}

/// The times of a warm-up so far.
class History {
 public:
  void add(Nanoseconds elapsed, std::int64_t calls) {
    call_ns_.push_back(static_cast<double>(elapsed) / static_cast<double>(calls));
    last_record_ns_ = static_cast<double>(elapsed);
  }
  [[nodiscard]] bool steady(Nanoseconds max_ns) const {
    const std::size_t size = window_size(last_record_ns_, max_ns);
    return call_ns_.size() >= size && is_steady(last(size));
  }
  [[nodiscard]] double typical() const { return median(last(kSteadyRecords)); }

 private:
  [[nodiscard]] std::span<const double> last(std::size_t count) const {
    return std::span(call_ns_).last(std::min(count, call_ns_.size()));
  }
  std::vector<double> call_ns_;
  double last_record_ns_ = 0;
};

/// The times of a request's steps; of a request without further tokens, its own.
void add_request(const TextRecord& record, History& history) {
  const auto& times = record.token_at_ns;
  const auto steps = static_cast<std::size_t>(record.steps);
  for (std::size_t step = 1; step < steps; ++step) history.add(times[step] - times[step - 1], 1);
  if (steps == 1) history.add(times[0] - record.t0_ns, 1);
}

}  // namespace

bool is_steady(std::span<const double> call_ns) {
  if (call_ns.size() < kFewestSteadyRecords) return false;
  const double older = median(call_ns.first(call_ns.size() / 2));
  const double newer = median(call_ns.last(call_ns.size() / 2));
  const double center = median(call_ns);
  std::vector<double> deviations;
  for (const double value : call_ns) deviations.push_back(std::abs(value - center));
  const double scatter = kMadToSd * median(std::move(deviations));
  return std::abs(newer - older) <= kMaxTrend * center && scatter <= kMaxScatter * center;
}

jm_status warm_up(const Subject& subject, const WarmupRequest& request, WarmupResult& result) {
  const Nanoseconds record_ns = std::max(kShortestRecordNs, request.min_ns / kRecordsInFloor);
  History history;
  std::int64_t calls = 1;
  result = {.t0_ns = monotonic_now()};
  for (Nanoseconds spent = 0;;) {
    Nanoseconds elapsed = 0;
    if (const jm_status status = time_calls(subject, calls, elapsed); status != JM_OK) {
      return status;
    }
    history.add(elapsed, calls);
    result.iterations += calls;
    result.t1_ns = monotonic_now();
    spent = result.t1_ns - result.t0_ns;
    const bool floor = spent >= request.min_ns && result.iterations >= request.min_iterations;
    result.steady = floor && history.steady(request.max_ns);
    if (result.steady || spent >= request.max_ns) break;
    if (elapsed < record_ns) calls *= 2;
  }
  result.iteration_ns = history.typical();
  return JM_OK;
}

jm_status warm_up_text(const TextSubject& subject, const std::vector<TextRequest>& requests,
                       const WarmupRequest& request, WarmupResult& result) {
  History history;
  History whole;
  result = {.t0_ns = monotonic_now()};
  for (Nanoseconds spent = 0;
       !result.steady && (result.iterations == 0 || spent < request.max_ns);) {
    const auto& next = requests[static_cast<std::size_t>(result.iterations) % requests.size()];
    TextRecord record;
    record.prepare(next);
    if (const jm_status status = run_text_request(subject, next, record); status != JM_OK)
      return status;
    result.t1_ns = record.token_at_ns[static_cast<std::size_t>(record.steps) - 1];
    add_request(record, history);
    whole.add(result.t1_ns - record.t0_ns, 1);
    ++result.iterations;
    spent = result.t1_ns - result.t0_ns;
    const bool floor = spent >= request.min_ns && result.iterations >= request.min_iterations;
    result.steady = floor && history.steady(request.max_ns);
  }
  result.iteration_ns = whole.typical();
  return JM_OK;
}

}  // namespace joulemark::worker
