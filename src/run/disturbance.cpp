// SPDX-License-Identifier: Apache-2.0
// One row per cause: its code, the function that says what was seen or nothing, and what to do.
#include "run/disturbance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "host/preflight/moment.h"
#include "sensors/boards/nvml_abi.h"

namespace joulemark::run {
namespace {

/// Below, it is within what a ranking is asked to tell apart: half of the usual practical margin.
constexpr double kHeldBackShare = 0.01;
constexpr double kStealShare = 0.02;
/// Of the processors that the worker uses. An idle desktop or server takes one or two hundredths of
/// a processor, bursts of its services included.
constexpr double kForeignShare = 0.1;
/// Of all processors: services are more on a larger machine, and so is the power that hides them.
constexpr double kForeignShareOfAll = 0.01;
/// Ticks of 10 ms are what steal is counted in.
constexpr double kLeastStealS = 0.03;

/// One window of a trial.
struct View {
  const TrialRecord& trial;
  const Surroundings& around;
  Phase phase;
  const WindowFacts& facts;
  const std::vector<Energy>& energy;
  [[nodiscard]] double value(WindowFact fact) const {
    const auto found = facts.find(fact);
    return found != facts.end() ? found->second.value.value_or(0) : 0;
  }
  [[nodiscard]] double window_s() const {
    const auto window = trial.phase(phase);
    return window ? to_seconds(window->t1_ns - window->t0_ns) : 0;
  }
  /// Processor time that the worker can use in its window.
  [[nodiscard]] double capacity_s() const {
    const int threads = std::max(trial.configuration.threads, 1);
    return window_s() * std::min(threads, std::max(around.cpus, 1));
  }
};
using Seen = std::optional<std::string>;

Seen heat(const View& view) {
  const double times = view.value(WindowFact::kThermalThrottles);
  if (times <= 0) return std::nullopt;
  return fmt::format("processors were slowed down for heat {:.0f} times", times);
}

/// Of the reasons that a board gives, those that are not its own power limit at work.
Seen board(const View& view) {
  constexpr std::string_view kLine = " throttle";
  constexpr unsigned long long kReasons =
      sensors::nvml::kSlowForHardware | sensors::nvml::kSlowForHeatBySoftware |
      sensors::nvml::kSlowForHeat | sensors::nvml::kSlowForPowerBrake;
  const auto window = view.trial.phase(view.phase);
  for (const Series& line : view.trial.series) {
    if (!window || !line.name.ends_with(kLine)) continue;
    const bool slow = std::any_of(line.samples.begin(), line.samples.end(), [&](const Sample& s) {
      const bool inside = s.t_ns >= window->t0_ns && s.t_ns <= window->t1_ns;
      return inside && s.value > 0 && (static_cast<unsigned long long>(s.value) & kReasons) != 0;
    });
    if (slow)
      return fmt::format("{} was slowed down for heat or by its power supply",
                         line.name.substr(0, line.name.size() - kLine.size()));
  }
  return std::nullopt;
}

Seen held_back(const View& view) {
  const double seconds = view.value(WindowFact::kGroupThrottled);
  if (!(seconds > kHeldBackShare * view.capacity_s())) return std::nullopt;
  return fmt::format("the CPU limit of the control group held the worker back for {:.3g} s",
                     seconds);
}

Seen foreign_load(const View& view) {
  const double seconds = view.value(WindowFact::kForeignCpu);
  const double background_s = kForeignShareOfAll * view.around.cpus * view.window_s();
  if (!(seconds > std::max(kForeignShare * view.capacity_s(), background_s))) return std::nullopt;
  return fmt::format("other programs took {:.3g} s of processor time in a window of {:.3g} s",
                     seconds, view.window_s());
}

Seen steal(const View& view) {
  const double seconds = view.value(WindowFact::kSteal);
  if (!(seconds > std::max(kStealShare * view.capacity_s(), kLeastStealS))) return std::nullopt;
  return fmt::format("the hypervisor took {:.3g} s of processor time in a window of {:.3g} s",
                     seconds, view.window_s());
}

bool has_total(const std::vector<Energy>& energy) {
  return !energy.empty() && energy.back().joules;
}

/// The reason of a total that is absent although its sensors were there at discovery, else "".
std::string_view energy_fault(const std::vector<Energy>& energy) {
  if (energy.empty() || energy.back().joules) return "";
  return energy.back().reason;
}

Seen gap(const View& view) {
  if (energy_fault(view.energy) != "gap") return std::nullopt;
  return "an energy sensor could not be read at an edge of the window, or too rarely in it";
}

Seen reset(const View& view) {
  if (energy_fault(view.energy) != "reset") return std::nullopt;
  return "an energy counter was set back in the window";
}

/// One that has never counted is no event in a window: it is the machine as it is.
Seen stalled(const View& view) {
  const bool has_counted = view.around.has_energy || has_total(view.trial.energy);
  if (!has_counted || energy_fault(view.energy) != "stalled") return std::nullopt;
  return "an energy counter stood still in the window";
}

Seen suspended(const View& view) {
  const double seconds = view.value(WindowFact::kSuspended);
  if (seconds == 0) return std::nullopt;
  return fmt::format("the machine was suspended for {:.3g} s", std::abs(seconds));
}

Seen clock_stepped(const View& view) {
  const double seconds = view.value(WindowFact::kClockStep);
  if (seconds == 0) return std::nullopt;
  return fmt::format("the clock was set by {:.3g} s", seconds);
}

Seen shared_board(const View& view) {
  for (const Energy& energy : view.energy)
    if (energy.detail.starts_with("shared_gpu"))
      return fmt::format("other processes computed on {}", energy.scope);
  return std::nullopt;
}

struct Cause {
  const char* code;
  Seen (*seen)(const View&);
  const char* remedy;
};
constexpr Cause kCauses[] = {
    {"thermal_throttled", heat, "cool the machine, or use fewer threads"},
    {"gpu_throttled", board, "cool the board, and see to its power supply"},
    {"throttled", held_back, "raise the limit (cpu.max), or use fewer threads"},
    {"foreign_load", foreign_load, "end other work (see 'top')"},
    {"steal", steal, "measure on the bare machine, or on one with dedicated CPUs"},
    {"gap", gap, "see what 'joulemark doctor' says of the sensor"},
    {"reset", reset, "let nothing reload the sensor's driver"},
    {"stalled", stalled, "see what 'joulemark doctor' says of the sensor"},
    {"suspended", suspended, "keep the machine awake: 'systemd-inhibit joulemark …'"},
    {"clock_stepped", clock_stepped, "let the clock be slewed, or set it before"},
    {"shared_gpu", shared_board, "end the other processes"},
};

}  // namespace

Surroundings::Surroundings(const std::filesystem::path& root) {
  const auto time = host::read_cpu_time(root);
  cpus = time ? time->cpus : std::max(cpus, static_cast<int>(std::thread::hardware_concurrency()));
}

void Surroundings::note(const TrialRecord& trial) {
  has_energy = has_energy || has_total(trial.energy);
}

std::vector<Caveat> disturbances(const TrialRecord& trial, const Surroundings& around,
                                 const std::optional<PrefillWindow>& prefill) {
  std::vector<Caveat> found;
  if (trial.status != TrialStatus::kOk) return found;
  const View first{trial, around, Phase::kMeasure, trial.resources.facts, trial.energy};
  for (const Cause& cause : kCauses) {
    Seen seen = cause.seen(first);
    if (!seen && prefill) {
      seen = cause.seen({trial, around, Phase::kPrefill, prefill->facts, prefill->energy});
      if (seen) seen->insert(0, "while prompts alone were processed, ");
    }
    if (seen) found.push_back({cause.code, fmt::format("{}; {}", *seen, cause.remedy)});
  }
  return found;
}

std::vector<const char*> disturbance_codes() {
  std::vector<const char*> codes;
  for (const Cause& cause : kCauses) codes.push_back(cause.code);
  return codes;
}

Caveat repeat_notice(const TrialRecord& disturbed, int retries) {
  return {.code = "disturbed",
          .message = fmt::format("disturbed: {}; trying again ({} of {}): {}, {}, block {}",
                                 disturbed.invalid.front().message, disturbed.attempt + 1, retries,
                                 disturbed.model, configuration_label(disturbed.configuration),
                                 disturbed.block + 1)};
}

}  // namespace joulemark::run
