// SPDX-License-Identifier: Apache-2.0
// NVIDIA's boards as boards like any other, and what is known of the ways to ask for their power.
#pragma once

#include <string>
#include <vector>

#include "sensors/boards/nvml_board.h"
#include "sensors/counters/cadence.h"
#include "sensors/counters/counter_sensor.h"
#include "sensors/gauges/gauge_sensor.h"

namespace joulemark::sensors {

std::vector<Board> boards_of(const std::vector<NvmlBoard>& boards);

/// The energy counters of boards that all have one; one for each, in their order.
std::unique_ptr<CounterSensor> nvml_counters(const std::vector<NvmlBoard>& boards, Clock* clock);
/// The row of such a board for people.
std::string describe_counter(const Cadence& cadence);

/// The powers of the boards, to be integrated. It wants to be read all through a window.
std::unique_ptr<GaugeSensor> nvml_powers(const std::vector<NvmlBoard>& boards, Clock* clock);
/// How the powers are updated, out of 36 reads in half a second at most; one for each board.
std::vector<Cadence> watch_powers(const std::vector<NvmlBoard>& boards, Clock& clock);
/// The row of such a board for people.
std::string describe_power(const NvmlBoard& board, const Cadence& cadence);

}  // namespace joulemark::sensors
