// SPDX-License-Identifier: Apache-2.0
#include "serve/engine/job_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace joulemark::serve {
namespace {

std::chrono::steady_clock::time_point as_time_point(Nanoseconds at) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(at));
}

/// Between two looks at all that wait.
constexpr Nanoseconds kLook = 20'000'000;

bool is_over(const Job& job, Nanoseconds now) {
  return has_expired(timing_of(job), now) || is_gone(job);
}

/// Takes the jobs at `places`, in order, out of the queue.
std::vector<Job> take_places(std::deque<Job>& waiting, const std::vector<std::size_t>& places) {
  std::vector<Job> taken;
  taken.reserve(places.size());
  if (!places.empty() && places.back() + 1 == places.size()) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      taken.push_back(std::move(waiting.front()));
      waiting.pop_front();
    }
    return taken;
  }
  std::deque<Job> left;
  auto next = places.begin();
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const bool is_taken = next != places.end() && *next == i;
    if (is_taken) ++next;
    if (is_taken)
      taken.push_back(std::move(waiting[i]));
    else
      left.push_back(std::move(waiting[i]));
  }
  waiting.swap(left);
  return taken;
}

Taken sorted(std::vector<Job> jobs, Nanoseconds now) {
  Taken taken;
  for (Job& job : jobs) (is_over(job, now) ? taken.over : taken.batch).push_back(std::move(job));
  return taken;
}

}  // namespace

Pick pick_batch(const std::deque<Job>& waiting, const Joining& joining, const BatchRule& rule,
                Nanoseconds now) {
  Pick pick;
  Company company(joining, rule.max_rows);
  for (std::size_t i = 0; i < waiting.size() && !company.is_full(); ++i)
    if (company.take(waiting[i])) pick.places.push_back(i);
  const Nanoseconds last_call = timing_of(waiting.front()).arrived + rule.max_delay;
  if (!company.is_full() && now < last_call) pick.wait_until = last_call;
  return pick;
}

Admission JobQueue::put(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return Admission::kDraining;
    if (waiting_.size() >= rule_.max_waiting) return Admission::kFull;
    waiting_.push_back(std::move(job));
  }
  // Behind the lock, so that whoever wakes does not wait for it.
  changed_.notify_one();
  return Admission::kTaken;
}

Taken JobQueue::take(const Joining& joining) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const Nanoseconds now = monotonic_now();
    if (auto over = move_over(now); !over.empty()) return {.batch = {}, .over = std::move(over)};
    if (waiting_.empty()) {
      if (is_closed_) return {};
      changed_.wait(lock);
      continue;
    }
    const Pick pick = pick_batch(waiting_, joining, rule_, now);
    if (pick.wait_until == 0 || is_closed_) return sorted(take_places(waiting_, pick.places), now);
    changed_.wait_until(lock, as_time_point(pick.wait_until));
  }
}

std::vector<Job> JobQueue::take_over(Nanoseconds now) {
  const std::lock_guard lock(mutex_);
  return move_over(now);
}

void JobQueue::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  changed_.notify_all();
}

std::size_t JobQueue::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::vector<Job> JobQueue::move_over(Nanoseconds now) {
  if (now - looked_ < kLook) return {};
  looked_ = now;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < waiting_.size(); ++i)
    if (is_over(waiting_[i], now)) places.push_back(i);
  if (places.empty()) return {};
  return take_places(waiting_, places);
}

}  // namespace joulemark::serve
