// SPDX-License-Identifier: Apache-2.0
// Keep what stands between two clock reads down to the call itself.
#include "worker/measure.h"

#include <algorithm>
#include <utility>

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

void TextRecord::prepare(const TextRequest& request) {
  const auto batch = static_cast<std::size_t>(request.batch);
  const auto most = static_cast<std::size_t>(request.new_tokens);
  tokens.assign(most * batch, 0);
  token_at_ns.assign(most, 0);
  ended.assign(batch, 0);
}

namespace {

/// Marks the rows that the tokens of a step have ended; whether all have.
bool end_rows(const TextRequest& request, const std::int32_t* tokens, std::vector<char>& ended) {
  if (request.stop_ids.empty()) return false;
  const auto begin = request.stop_ids.begin();
  const auto end = request.stop_ids.end();
  bool all = true;
  for (std::size_t row = 0; row < ended.size(); ++row) {
    if (std::find(begin, end, tokens[row]) != end) ended[row] = 1;
    all = all && ended[row] != 0;
  }
  return all;
}

}  // namespace

jm_status run_text_request(const TextSubject& subject, const TextRequest& request,
                           TextRecord& record) {
  std::fill(record.ended.begin(), record.ended.end(), 0);
  record.steps = 0;
  const std::int32_t* fed = request.prompt.data();
  std::int32_t count = request.prompt_tokens;
  record.t0_ns = monotonic_now();
  jm_status status = subject.reset(subject.model, request.batch,
                                   request.prompt_tokens + request.new_tokens, subject.message);
  while (status == JM_OK && record.steps < request.new_tokens) {
    const auto step = static_cast<std::size_t>(record.steps);
    std::int32_t* next = record.tokens.data() + step * static_cast<std::size_t>(request.batch);
    status =
        subject.forward(subject.model, fed, request.batch, count, next, nullptr, subject.message);
    record.token_at_ns[step] = monotonic_now();
    if (status != JM_OK) break;
    ++record.steps;
    if (end_rows(request, next, record.ended)) break;
    fed = next;
    count = 1;
  }
  return status;
}

void TextMeasurement::prepare(std::vector<TextRequest> requests, double pass_ns,
                              const WindowLimits& limits) {
  requests_ = std::move(requests);
  std::size_t tokens = 0;
  for (const TextRequest& request : requests_)
    tokens +=
        static_cast<std::size_t>(request.new_tokens) * static_cast<std::size_t>(request.batch);
  const double by_time = static_cast<double>(limits.min_ns) / std::max(pass_ns, 1.0);
  const double by_count =
      static_cast<double>(limits.min_iterations) / static_cast<double>(requests_.size());
  const double expected = std::max(by_time, by_count) * kHeadroom + 2;
  const double most = std::max(1.0, static_cast<double>(kMaxTokens) / static_cast<double>(tokens));
  const auto needed = static_cast<std::size_t>(std::min(expected, most));
  if (kept_.size() < needed || !fits(kept_.front())) {
    kept_.assign(needed, {});
    for (Pass& pass : kept_) {
      pass.resize(requests_.size());
      for (std::size_t i = 0; i < pass.size(); ++i) pass[i].prepare(requests_[i]);
    }
  }
  passes_ = 0;
  t0_ns_ = t1_ns_ = 0;
}

bool TextMeasurement::fits(const Pass& pass) const {
  if (pass.size() != requests_.size()) return false;
  for (std::size_t i = 0; i < pass.size(); ++i)
    if (pass[i].token_at_ns.size() < static_cast<std::size_t>(requests_[i].new_tokens) ||
        pass[i].ended.size() != static_cast<std::size_t>(requests_[i].batch))
      return false;
  return true;
}

jm_status TextMeasurement::run(const TextSubject& subject, const WindowLimits& limits) {
  const auto in_a_pass = static_cast<std::int64_t>(requests_.size());
  const auto kept = static_cast<std::int64_t>(kept_.size());
  std::int64_t passes = 0;
  passes_ = 0;
  const Nanoseconds start = monotonic_now();
  Nanoseconds now = start;
  while (passes == 0 || now - start < limits.min_ns || passes * in_a_pass < limits.min_iterations) {
    Pass& pass = kept_[static_cast<std::size_t>(passes % kept)];
    if (const jm_status status = run_pass(subject, pass); status != JM_OK) return status;
    now = pass.back().token_at_ns[static_cast<std::size_t>(pass.back().steps) - 1];
    ++passes;
  }
  passes_ = passes;
  t0_ns_ = start;
  t1_ns_ = now;
  return JM_OK;
}

jm_status TextMeasurement::run(const TextSubject& subject, OpenLoop& loop, Clock& clock) {
  const std::size_t in_a_pass = requests_.size();
  passes_ = 0;
  const jm_status status = loop.run(clock, [&](std::size_t i) {
    const std::size_t place = i % in_a_pass;
    return run_text_request(subject, requests_[place], kept_[i / in_a_pass % kept_.size()][place]);
  });
  if (status != JM_OK) return status;
  passes_ = static_cast<std::int64_t>(loop.count() / in_a_pass);
  t0_ns_ = loop.t0_ns();
  t1_ns_ = loop.t1_ns();
  return JM_OK;
}

jm_status TextMeasurement::run_pass(const TextSubject& subject, Pass& pass) {
  for (std::size_t i = 0; i < pass.size(); ++i)
    if (const jm_status status = run_text_request(subject, requests_[i], pass[i]); status != JM_OK)
      return status;
  return JM_OK;
}

std::vector<const TextMeasurement::Pass*> TextMeasurement::kept() const {
  const auto size = static_cast<std::int64_t>(kept_.size());
  std::vector<const Pass*> passes;
  for (std::int64_t i = std::max<std::int64_t>(0, passes_ - size); i < passes_; ++i)
    passes.push_back(&kept_[static_cast<std::size_t>(i % size)]);
  return passes;
}

/// Here, because all that stands between clock reads does.
jm_status OpenLoop::run(Clock& clock, const std::function<jm_status(std::size_t)>& request) {
  const Nanoseconds start = clock.now();
  Nanoseconds now = start;
  for (std::size_t i = 0; i < arrivals_.size(); ++i) {
    const Nanoseconds due = start + arrivals_[i];
    if (now < due) clock.sleep_until(due);
    begins_[i] = clock.now();
    const jm_status status = request(i);
    ends_[i] = now = clock.now();
    if (status != JM_OK) [[unlikely]]
      return status;
  }
  if (now < start + length_ns_) {
    clock.sleep_until(start + length_ns_);
    now = clock.now();
  }
  t0_ns_ = start;
  t1_ns_ = now;
  return JM_OK;
}

jm_status time_calls(const Subject& subject, std::int64_t calls, Nanoseconds& elapsed) {
  const Nanoseconds start = monotonic_now();
  const jm_status status = call(subject, calls);
  if (status == JM_OK) elapsed = monotonic_now() - start;
  return status;
}

}  // namespace joulemark::worker
