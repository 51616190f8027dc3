// SPDX-License-Identifier: Apache-2.0
// The joules of requests, from the machine's sensors.
#pragma once

#include <functional>
#include <memory>

#include "sensors/catalog.h"
#include "serve/energy/served_energy.h"
#include "serve/metrics/metrics.h"

namespace joulemark::serve {

/// Told about once a second, from the meter's thread, where the machine's energy stands; once, from
/// the constructor's, where nothing can be measured.
using TellEnergy = std::function<void(const EnergyFact&)>;

/// Looks for sensors, which takes up to a second or two, and reads them in a thread of its own
/// until it is released: then whoever still waits for a share is told that there is none.
///
/// Where nothing can be measured there is no thread, and share_of() answers in the caller's.
std::unique_ptr<EnergyMeter> start_energy_meter(const sensors::SensorEnvironment& environment,
                                                TellEnergy tell);
/// The same with sensors that were found before.
std::unique_ptr<EnergyMeter> start_energy_meter(sensors::Discovered found, TellEnergy tell);

}  // namespace joulemark::serve
