// SPDX-License-Identifier: Apache-2.0
// What closed and open loops share: requests under way, their records, the early end.
#pragma once

#include <atomic>
#include <cstdint>

#include "load/generator.h"

namespace joulemark::load {

class Loop {
 public:
  Loop(http::Client& client, const Workload& workload, const std::atomic<bool>& stop)
      : client_(client), workload_(workload), stop_(stop) {}
  virtual ~Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  LoadRun run();

 protected:
  /// Sets the window's begin, and its end where it is known, and asks for the first time.
  virtual void start() = 0;
  /// A request is over. Not called once the run is being ended early.
  virtual void on_over(const Record& record) = 0;
  /// Whether requests are still to be sent.
  [[nodiscard]] virtual bool has_more() const = 0;

  void ask(Record begun, const Wish& wish);
  /// Makes the next question ahead of its time, so that making it delays no request.
  void prepare(std::int64_t index, const Wish& wish);
  [[nodiscard]] std::int64_t in_flight() const { return in_flight_; }

  http::Client& client_;
  LoadRun run_;

 private:
  Question take_question(std::int64_t index, const Wish& wish);
  void over(Record record);
  void watch();

  const Workload& workload_;
  const std::atomic<bool>& stop_;
  std::int64_t in_flight_ = 0;
  std::int64_t prepared_index_ = -1;
  Question prepared_;
};

}  // namespace joulemark::load
