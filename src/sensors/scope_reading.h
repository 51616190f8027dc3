// SPDX-License-Identifier: Apache-2.0
// One scope among the readings of a sensor, and its energy where there is none.
#pragma once

#include <string>
#include <vector>

#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// The reading of a scope; null where it was not read.
const CounterReading* find_scope(const std::vector<CounterReading>& readings,
                                 const std::string& scope);

/// An absent energy with its machine-readable reason and the sentence for people.
Energy absent_energy(std::string scope, std::string reason, std::string detail);

}  // namespace joulemark::sensors
