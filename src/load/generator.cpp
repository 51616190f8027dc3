// SPDX-License-Identifier: Apache-2.0
#include "load/generator.h"

#include <algorithm>
#include <deque>

#include "load/loop.h"

namespace joulemark::load {
namespace {

/// A user whose connection fails waits before it asks again, lest a server that is away be asked as
/// fast as it can refuse.
constexpr Nanoseconds kRestAfterFailure = 100'000'000;

class Closed final : public Loop {
 public:
  Closed(http::Client& client, const Workload& workload, const std::atomic<bool>& stop,
         const ClosedLoop& plan)
      : Loop(client, workload, stop), plan_(plan) {}

 private:
  void start() override {
    run_.window_begin = run_.begin + plan_.warmup;
    if (plan_.length > 0) run_.window_end = run_.window_begin + plan_.length;
    for (std::int64_t i = 0; i < plan_.concurrency; ++i) ask_next();
  }

  void on_over(const Record& record) override {
    if (record.outcome != Outcome::kBroken) return ask_next();
    client_.at(record.end + kRestAfterFailure, [this] { ask_next(); });
  }

  [[nodiscard]] bool has_more() const override {
    if (plan_.length > 0) return monotonic_now() < run_.window_end;
    return in_window_ < plan_.requests;
  }

  void ask_next() {
    const Nanoseconds now = monotonic_now();
    if (plan_.length > 0 ? now >= run_.window_end : in_window_ >= plan_.requests) return;
    if (next_ == kMostRequests) return end_full(now);
    if (now >= run_.window_begin) ++in_window_;
    const std::int64_t index = next_++;
    ask({.index = index, .scheduled = now}, {});
    prepare(next_, {});
  }

  void end_full(Nanoseconds now) {
    run_.was_full = true;
    run_.window_end = now;
    plan_.length = std::max(now - run_.window_begin, Nanoseconds{1});
  }

  ClosedLoop plan_;
  std::int64_t next_ = 0;
  std::int64_t in_window_ = 0;  ///< requests that were begun in it
};

class Open final : public Loop {
 public:
  Open(http::Client& client, const Workload& workload, const std::atomic<bool>& stop,
       const OpenLoop& plan)
      : Loop(client, workload, stop), plan_(plan) {}

 private:
  void start() override {
    run_.window_begin = run_.begin + plan_.schedule.warmup;
    run_.window_end = run_.begin + plan_.schedule.length;
    run_.lateness_ms.reserve(plan_.schedule.arrivals.size());
    wait_for_next();
  }

  void on_over(const Record&) override {
    if (held_.empty() || in_flight() >= plan_.most_in_flight) return;
    const std::size_t index = held_.front();
    held_.pop_front();
    const Nanoseconds waited = monotonic_now() - due(index);
    if (due(index) >= run_.window_begin)
      run_.longest_held_ms = std::max(run_.longest_held_ms, Record::to_ms(waited));
    send(index);
  }

  [[nodiscard]] bool has_more() const override {
    return next_ < plan_.schedule.arrivals.size() || !held_.empty();
  }

  [[nodiscard]] Nanoseconds due(std::size_t index) const {
    return run_.begin + plan_.schedule.arrivals[index].at;
  }

  void wait_for_next() {
    if (next_ >= plan_.schedule.arrivals.size()) return;
    prepare(static_cast<std::int64_t>(next_), plan_.schedule.arrivals[next_].wish);
    client_.at(due(next_), [this] { on_due(); });
  }

  void on_due() {
    for (; next_ < plan_.schedule.arrivals.size() && due(next_) <= monotonic_now(); ++next_)
      send_or_hold(next_);
    wait_for_next();
  }

  void send_or_hold(std::size_t index) {
    const bool counts = due(index) >= run_.window_begin;
    if (counts) run_.lateness_ms.push_back(Record::to_ms(monotonic_now() - due(index)));
    if (in_flight() < plan_.most_in_flight) return send(index);
    held_.push_back(index);
    if (counts) ++run_.held;
  }

  void send(std::size_t index) {
    ask({.index = static_cast<std::int64_t>(index), .scheduled = due(index)},
        plan_.schedule.arrivals[index].wish);
  }

  const OpenLoop& plan_;
  std::size_t next_ = 0;
  std::deque<std::size_t> held_;  ///< due, and not yet sent
};

}  // namespace

LoadRun generate(http::Client& client, const Workload& workload, const Plan& plan,
                 const std::atomic<bool>& stop) {
  if (const auto* closed = std::get_if<ClosedLoop>(&plan))
    return Closed(client, workload, stop, *closed).run();
  return Open(client, workload, stop, std::get<OpenLoop>(plan)).run();
}

}  // namespace joulemark::load
