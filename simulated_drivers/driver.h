// SPDX-License-Identifier: Apache-2.0
// What the simulated libraries have in common: a scenario, its time, and how often each function
// was called.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "simulated_drivers/clock.h"
#include "simulated_drivers/gpu.h"

#define DRIVER_EXPORT extern "C" __attribute__((visibility("default")))

namespace simulated {

/// A C interface has no other place for its state.
struct Driver {
  std::mutex mutex;
  int users = 0;  ///< inits less shutdowns
  Scenario scenario;
  std::map<std::string, long, std::less<>> calls;
  std::optional<MachineClock> clock;  ///< set by the first init
};

Driver& driver();

/// An initialisation: the first reads the scenario, the file LIBRARY.scenario beside the library,
/// and the machine's clock, "../clock" from there, and begins all counts. The answer is what it
/// returns: the scenario's init_error, or 0.
int begin();
void end();

/// What asking a lost board gives, and a board that is not there.
inline constexpr int kLost = -1;

/// What `function` of the board returns before it has looked at anything: kLost, what the scenario
/// says of it, or 0.
int fate(const Gpu& gpu, const char* function, Time t);

/// Counts a call under the driver's lock. Only the first of a function allocates, so that what a
/// program allocates for the others can be counted.
void count_call(std::string_view function);

/// Counts the call of `function` and waits as long as it takes. The answer is its fate or, where
/// that is 0, what `answer(gpu, t)` returns.
template <class Answer>
int ask(std::size_t board, const char* function, Answer answer) {
  Driver& d = driver();
  const std::lock_guard lock(d.mutex);
  count_call(function);
  if (board >= d.scenario.gpus.size() || !d.clock) return kLost;
  const Gpu& gpu = d.scenario.gpus[board];
  // Where time is scripted a call takes none of it.
  if (gpu.latency_ms > 0 && d.clock->is_real())
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(gpu.latency_ms));
  const Time now = d.clock->now();
  const int code = fate(gpu, function, now);
  return code == 0 ? answer(gpu, now) : code;
}

/// The raw value of the counter, in units of `unit_j`; anything where the scenario says garbage.
std::uint64_t raw_counter(const Gpu& gpu, Time t, double unit_j);

}  // namespace simulated
