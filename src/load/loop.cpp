// SPDX-License-Identifier: Apache-2.0
#include "load/loop.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "load/asked.h"

namespace joulemark::load {
namespace {

constexpr Nanoseconds kLookEvery = 50'000'000;

}  // namespace

LoadRun Loop::run() {
  run_.begin = monotonic_now();
  start();
  watch();
  client_.run();
  run_.over = monotonic_now();
  if (run_.window_end <= run_.window_begin) run_.window_end = run_.over;
  run_.window_begin =
      std::min(run_.window_begin, run_.window_end);  // it may have ended in the warm-up
  run_.connections = client_.connections();
  return std::move(run_);
}

void Loop::prepare(std::int64_t index, const Wish& wish) {
  prepared_ = workload_.question(index, wish);
  prepared_index_ = index;
}

Question Loop::take_question(std::int64_t index, const Wish& wish) {
  if (std::exchange(prepared_index_, -1) == index) return std::move(prepared_);
  return workload_.question(index, wish);
}

void Loop::ask(Record begun, const Wish& wish) {
  Question question = take_question(begun.index, wish);
  run_.most_in_flight = std::max(run_.most_in_flight, ++in_flight_);
  begun.sent = monotonic_now();
  client_.send(std::move(question.call),
               std::make_shared<Asked>(std::move(begun), std::move(question.reading),
                                       [this](Record record) { over(std::move(record)); }));
}

void Loop::over(Record record) {
  --in_flight_;
  run_.records.push_back(std::move(record));
  if (!run_.was_interrupted) on_over(run_.records.back());
}

void Loop::watch() {
  if (!has_more() && in_flight_ == 0) return;
  if (!stop_) return client_.at(monotonic_now() + kLookEvery, [this] { watch(); });
  run_.was_interrupted = true;
  run_.window_end = monotonic_now();
  client_.stop();
}

}  // namespace joulemark::load
