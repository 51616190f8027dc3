// SPDX-License-Identifier: Apache-2.0
// The steady-state rule and the loop that waits for it.
#include "worker/warmup.h"

#include <algorithm>
#include <vector>

#include "stats/descriptive.h"

namespace joulemark::worker {
namespace {

constexpr Nanoseconds kShortestRecordNs = 20'000;
constexpr Nanoseconds kRecordsInFloor = 40;

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
  /// Nothing where there are too few records yet.
  [[nodiscard]] Steadiness judge_last(Nanoseconds max_ns) const {
    const std::size_t size = window_size(last_record_ns_, max_ns);
    return call_ns_.size() >= size ? judge(last(size)) : Steadiness{};
  }
  [[nodiscard]] double typical() const { return stats::median(last(kSteadyRecords)); }

 private:
  [[nodiscard]] std::span<const double> last(std::size_t count) const {
    return std::span(call_ns_).last(std::min(count, call_ns_.size()));
  }
  std::vector<double> call_ns_;
  double last_record_ns_ = 0;
};

/// The times of a request's steps; of a request without further tokens, its own.
void add_request(const TextRequest& request, const TextRecord& record, StepHistory& history) {
  const auto& times = record.token_at_ns;
  const auto add = [&](std::int64_t position, Nanoseconds ns) {
    history.add({.batch = request.batch, .position = position, .ns = static_cast<double>(ns)});
  };
  for (std::int32_t step = 1; step < record.steps; ++step) {
    const auto at = static_cast<std::size_t>(step);
    add(request.prompt_tokens + step, times[at] - times[at - 1]);
  }
  if (record.steps == 1) add(-request.prompt_tokens, times[0] - record.t0_ns);
}

Steadiness judge_steps(const StepHistory& history, Nanoseconds max_ns) {
  const std::size_t size = window_size(history.last_ns(), max_ns);
  return history.size() >= size ? history.judge_last(size) : Steadiness{};
}

}  // namespace

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
    if (floor) result.last = history.judge_last(request.max_ns);
    result.steady = floor && result.last.steady;
    if (result.steady || spent >= request.max_ns) break;
    if (elapsed < record_ns) calls *= 2;
  }
  result.iteration_ns = history.typical();
  return JM_OK;
}

jm_status warm_up_text(const TextSubject& subject, const std::vector<TextRequest>& requests,
                       const WarmupRequest& request, WarmupResult& result) {
  StepHistory history;
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
    add_request(next, record, history);
    whole.add(result.t1_ns - record.t0_ns, 1);
    ++result.iterations;
    spent = result.t1_ns - result.t0_ns;
    const bool floor = spent >= request.min_ns && result.iterations >= request.min_iterations;
    if (floor) result.last = judge_steps(history, request.max_ns);
    result.steady = floor && result.last.steady;
  }
  result.iteration_ns = whole.typical();
  return JM_OK;
}

}  // namespace joulemark::worker
