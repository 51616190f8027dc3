// SPDX-License-Identifier: Apache-2.0
// A power analyser behind SPEC's PTDaemon.
#pragma once

#include <memory>

#include "sensors/meters/meter.h"

namespace joulemark::sensors {

/// Begins a measurement of one sample a second when it is asked first, and ends it when it goes.
/// An ask takes at most `timeout_s`, the first one twice that. Never null.
std::unique_ptr<Meter> make_ptdaemon_meter(const MeterAddress& address, double timeout_s);

/// The watts of "Time,…,Watts,22.95,Volts,…", of several channels their sum; "unreadable" for any
/// other line, and for the negative numbers that stand for no sample.
MeterWatts watts_in_sample(const MeterAddress& address, std::string_view line);

}  // namespace joulemark::sensors
