// SPDX-License-Identifier: Apache-2.0
// What the fake libraries have in common: a scenario, its time, and how often each function was
// called.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "fake_nvml/gpu.h"

#define FAKE_EXPORT extern "C" __attribute__((visibility("default")))

namespace fake_boards {

using fake_nvml::Gpu;
using fake_nvml::Time;

/// A C interface has no other place for its state.
struct Driver {
  std::mutex mutex;
  int users = 0;  ///< inits less shutdowns
  fake_nvml::Scenario scenario;
  std::map<std::string, long> calls;
  Time start = 0;
  std::optional<Time> virtual_time;

  [[nodiscard]] Time now() const;
};

Driver& driver();

/// An initialisation: the first reads the scenario, "boards.scenario" beside the library, and
/// begins all counts. The answer is what it returns: the scenario's init_error, or 0.
int begin();
void end();

/// Counts the call of `function`, which is `fake_boards::kLost` for a lost board, what the scenario
/// says of the function, or what `answer(gpu, t)` returns.
inline constexpr int kLost = -1;
template <class Answer>
int ask(std::size_t board, const char* function, Answer answer) {
  Driver& d = driver();
  const std::lock_guard lock(d.mutex);
  ++d.calls[function];
  if (board >= d.scenario.gpus.size()) return kLost;
  const Gpu& gpu = d.scenario.gpus[board];
  if (fake_nvml::is_lost(gpu, d.now())) return kLost;
  const auto fails = gpu.fail.find(function);
  return fails != gpu.fail.end() ? fails->second : answer(gpu, d.now());
}

/// The raw value of the counter, in units of 2^-16 J; anything where the scenario says garbage.
std::uint64_t raw_counter(const Gpu& gpu, Time t, double unit_j);

}  // namespace fake_boards
