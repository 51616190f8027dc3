// SPDX-License-Identifier: Apache-2.0
// What the meters of a simulated board show at a time.
#pragma once

#include <cstdint>

#include "simulated_drivers/clock.h"
#include "simulated_drivers/scenario.h"

namespace simulated {

/// True joules from the machine's begin to `t_s`; before it, the first power.
double joules_until(const Gpu& gpu, double t_s);

/// The counter as it was published last before `t`, in joules.
double counter_j(const Gpu& gpu, Time t);

/// And in millijoules.
std::uint64_t energy_mj(const Gpu& gpu, Time t);

/// The mean power of the `window_ms` before the last publication, in milliwatts.
double power_mw(const Gpu& gpu, Time t, double window_ms);

bool is_lost(const Gpu& gpu, Time t);

}  // namespace simulated
