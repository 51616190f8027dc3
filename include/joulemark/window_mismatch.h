// SPDX-License-Identifier: Apache-2.0
// What links a trial's record with the gate.
#pragma once

namespace joulemark {

/// Code in TrialRecord::invalid: the worker's window is not the one that lies between the readings
/// of the sensors.
inline constexpr const char* kWindowMismatch = "window_mismatch";

}  // namespace joulemark
