// SPDX-License-Identifier: Apache-2.0
#include "simulated_drivers/gpu.h"

#include <algorithm>
#include <cmath>

namespace simulated {
namespace {

double seconds(Time t) {
  return static_cast<double>(t) * 1e-9;
}

/// The last time at or before `t` at which the board published its meters.
double published_s(const Gpu& gpu, Time t) {
  const Time period = std::max<Time>(1, std::llround(gpu.publish_ms * 1e6));
  const Time since = (t + std::llround(gpu.phase_ms * 1e6)) % period;
  return seconds(t - (since + period) % period);
}

/// Of one run of the waveform.
double joules_of_run(const Gpu& gpu, double t_s) {
  double joules = 0;
  for (std::size_t i = 0; i < gpu.power.size(); ++i) {
    const double from = gpu.power[i].t_s;
    const double to = i + 1 < gpu.power.size() ? std::min(gpu.power[i + 1].t_s, t_s) : t_s;
    if (to > from) joules += gpu.power[i].watts * (to - from);
  }
  return joules;
}

double joules_of_levels(const Gpu& gpu, double t_s) {
  if (gpu.power.empty()) return 0;
  if (gpu.repeat_s > 0) {
    const double runs = std::floor(t_s / gpu.repeat_s);
    return runs * joules_of_run(gpu, gpu.repeat_s) + joules_of_run(gpu, t_s - runs * gpu.repeat_s);
  }
  return t_s < 0 ? gpu.power.front().watts * t_s : joules_of_run(gpu, t_s);
}

double joules_of_load(const Gpu& gpu, double t_s) {
  return t_s < 0 ? gpu.load.watts(0) * t_s : gpu.load.integral(0, t_s);
}

}  // namespace

double joules_until(const Gpu& gpu, double t_s) {
  return joules_of_levels(gpu, t_s) + gpu.idle_w * t_s + gpu.share * joules_of_load(gpu, t_s);
}

double counter_j(const Gpu& gpu, Time t) {
  const double now_s = published_s(gpu, t);
  if (gpu.glitch_s && now_s >= *gpu.glitch_s && now_s < *gpu.glitch_s + gpu.glitch_ms * 1e-3)
    return 0;
  const bool was_reset = gpu.reset_s && now_s >= *gpu.reset_s;
  const double begin_j = was_reset ? joules_until(gpu, *gpu.reset_s) : 0;
  const double end_j = joules_until(gpu, std::min(now_s, gpu.frozen_s.value_or(now_s)));
  const double joules = gpu.gain * (end_j - begin_j) + (was_reset ? 0 : gpu.first_mj * 1e-3);
  return std::max(0.0, joules);
}

std::uint64_t energy_mj(const Gpu& gpu, Time t) {
  if (gpu.garbage != 0) return static_cast<std::uint64_t>(t + 1) * 0x9e3779b97f4a7c15U;
  return static_cast<std::uint64_t>(std::round(counter_j(gpu, t) * 1e6) * 1e-3);
}

double power_mw(const Gpu& gpu, Time t, double window_ms) {
  const double now_s = published_s(gpu, t);
  const double window_s = window_ms * 1e-3;
  return (joules_until(gpu, now_s) - joules_until(gpu, now_s - window_s)) / window_s * 1e3;
}

bool is_lost(const Gpu& gpu, Time t) {
  return gpu.lost_s && seconds(t) >= *gpu.lost_s;
}

}  // namespace simulated
